-module(bench).
-export([main/1]).
-export([init/1,handle_call/3,handle_cast/2,handle_info/2,terminate/2,code_change/3]).
-export([start_child_link/1]).

out(Name, Ops, Us) -> io:format("~s ~.3f~n",[Name, Us*1000/Ops]).
val(Name, V) -> io:format("~s ~.3f~n",[Name, V*1.0]).
tc(F) -> {T0,_}=erlang:statistics(runtime), R=F(), {T1,_}=erlang:statistics(runtime), {(T1-T0)*1000,R}.

main(Args) ->
    %% run in a clean process with default settings
    Self=self(),
    {P,M}=spawn_monitor(fun() -> [ run(A) || A <- Args ], Self ! fin end),
    receive fin -> ok; {'DOWN',M,process,P,R} when R =/= normal -> io:format("CRASH ~p~n",[R]) end,
    halt().

%% ---------- ring ----------
ring_loop(Next, Boss) ->
    receive
        {tok,0} -> Boss ! done, ring_loop(Next,Boss);
        {tok,K} -> Next ! {tok,K-1}, ring_loop(Next,Boss);
        stop -> ok
    end.
ring_loopi(Next, Boss) ->
    receive
        0 -> Boss ! done, ring_loopi(Next,Boss);
        K when is_integer(K) -> Next ! K-1, ring_loopi(Next,Boss);
        stop -> ok
    end.
mkring(N,F) ->
    Boss=self(),
    First = spawn(fun() -> receive {next,Nx} -> F(Nx,Boss) end end),
    Last = lists:foldl(fun(_,Nx) -> spawn(fun() -> F(Nx,Boss) end) end, First, lists:seq(2,N)),
    First ! {next,Last},
    First.
pp_loop() -> receive {ping,From} -> From ! pong, pp_loop(); stop -> ok end.
pp(_,0) -> ok;
pp(P,N) -> P ! {ping,self()}, receive pong -> pp(P,N-1) end.

ppt(_,_,0) -> ok;
ppt(P,T,N) -> P ! {T,self()}, receive {_,_} -> ppt(P,T,N-1) end.
echo_loop() -> receive {T,From} -> From ! {T,self()}, echo_loop() end.

run("ring") ->
    F=mkring(1000,fun ring_loop/2), M=10000000,
    F ! {tok,1000}, receive done -> ok end,
    {U,_}=tc(fun() -> F ! {tok,M}, receive done -> ok end end),
    out("beam.ring_tuple",M,U);
run("ringi") ->
    F=mkring(1000,fun ring_loopi/2), M=10000000,
    F ! 1000, receive done -> ok end,
    {U,_}=tc(fun() -> F ! M, receive done -> ok end end),
    out("beam.ring_int",M,U);
run("ring100k") ->
    F=mkring(100000,fun ring_loop/2), M=10000000,
    F ! {tok,100000}, receive done -> ok end,
    {U,_}=tc(fun() -> F ! {tok,M}, receive done -> ok end end),
    out("beam.ring100k",M,U);
run("ringmany") -> %% 1000 tokens at once, 1000 procs
    F=mkring(1000,fun ring_loop/2), M=10000,
    F ! {tok,1000}, receive done -> ok end,
    {U,_}=tc(fun() -> [ F ! {tok,M} || _ <- lists:seq(1,1000) ], [ receive done -> ok end || _ <- lists:seq(1,1000)] end),
    out("beam.ring_1000tok",M*1000,U);
run("ringmany100") ->
    F=mkring(100,fun ring_loop/2), M=100000,
    F ! {tok,1000}, receive done -> ok end,
    {U,_}=tc(fun() -> [ F ! {tok,M} || _ <- lists:seq(1,100) ], [ receive done -> ok end || _ <- lists:seq(1,100)] end),
    out("beam.ring100_100tok",M*100,U);
run("ringmany10") ->
    F=mkring(10,fun ring_loop/2), M=1000000,
    F ! {tok,1000}, receive done -> ok end,
    {U,_}=tc(fun() -> [ F ! {tok,M} || _ <- lists:seq(1,10) ], [ receive done -> ok end || _ <- lists:seq(1,10)] end),
    out("beam.ring10_10tok",M*10,U);
run("pingpong") ->
    P=spawn(fun pp_loop/0), pp(P,10000), N=5000000,
    {U,_}=tc(fun() -> pp(P,N) end),
    out("beam.pingpong_msg",N*2,U);
run("copy") ->
    T10=[{K,K*2} || K <- lists:seq(1,10)],
    Map10=maps:from_list([{list_to_atom("k"++integer_to_list(K)),K} || K <- lists:seq(1,10)]),
    L100=lists:seq(1,100),
    P=spawn(fun echo_loop/0), 
    N=1000000,
    [begin {U,_}=tc(fun() -> ppt(P,T,N) end), out(Nm,N*2,U) end || {Nm,T} <- [{"beam.copy_small",ok},{"beam.copy_kv10",T10},{"beam.copy_map10",Map10},{"beam.copy_list100",L100}]];
run("call") ->
    {ok,P}=gen_server:start(?MODULE,0,[]), N=2000000,
    callloop(P,10000),
    {U,_}=tc(fun() -> callloop(P,N) end),
    out("beam.gen_call_rt",N,U);
run("callinf") ->
    {ok,P}=gen_server:start(?MODULE,0,[]), N=2000000,
    callloopi(P,10000),
    {U,_}=tc(fun() -> callloopi(P,N) end),
    out("beam.gen_call_inf_rt",N,U);
run("cast") ->
    {ok,P}=gen_server:start(?MODULE,0,[]), N=5000000,
    castloop(P,10000), gen_server:call(P,get),
    {U,_}=tc(fun() -> castloop(P,N), gen_server:call(P,get,infinity) end),
    out("beam.gen_cast",N,U);
run("spawnexit") -> %% sequential spawn, process sends to nobody, just exits; wait for all by counting monitors? no: spawn + message back
    N=1000000, Me=self(),
    {U,_}=tc(fun() -> spx(N,Me) end),
    out("beam.spawn_exit_msg",N,U);
run("spawnbulk") ->
    N=1000000,
    {U,_}=tc(fun() -> spb(N), wait_procs() end),
    out("beam.spawn_exit_bulk",N,U);
run("spawnidle") ->
    N=1000000,
    erlang:garbage_collect(),
    M0=erlang:memory(total), R0=rss(),
    {U,L}=tc(fun() -> [ spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1,N)] end),
    M1=erlang:memory(total), R1=rss(),
    out("beam.spawn_idle_ns",N,U), val("beam.idle_proc_bytes_mem",(M1-M0)/N), val("beam.idle_proc_bytes_rss",(R1-R0)/N),
    {U2,_}=tc(fun() -> [ P ! stop || P <- L ], wait_procs() end),
    out("beam.idle_stop_ns",N,U2);
run("spawnidle_min") ->
    N=1000000, 
    M0=erlang:memory(total), R0=rss(),
    [ spawn_opt(fun() -> receive stop -> ok end end,[{min_heap_size,12}]) || _ <- lists:seq(1,N)],
    M1=erlang:memory(total), R1=rss(),
    val("beam.idle_proc_minheap_bytes_mem",(M1-M0)/N), val("beam.idle_proc_minheap_bytes_rss",(R1-R0)/N);
run("hib") ->
    N=1000000, 
    M0=erlang:memory(total), R0=rss(),
    [ spawn(fun() -> erlang:hibernate(erlang,exit,[normal]) end) || _ <- lists:seq(1,N)],
    timer:sleep(3000),
    M1=erlang:memory(total), R1=rss(),
    val("beam.idle_hibernated_bytes_mem",(M1-M0)/N), val("beam.idle_hibernated_bytes_rss",(R1-R0)/N);
run("gsidle") ->
    N=1000000,
    erlang:garbage_collect(),
    M0=erlang:memory(total), R0=rss(),
    {U,_}=tc(fun() -> gsi(N) end),
    M1=erlang:memory(total), R1=rss(),
    out("beam.gs_start_ns",N,U), val("beam.idle_gs_bytes_mem",(M1-M0)/N), val("beam.idle_gs_bytes_rss",(R1-R0)/N);
run("selrecv") ->
    [ self() ! {junk,I} || I <- lists:seq(1,1000)], N=100000,
    {U,_}=tc(fun() -> sel(N) end),
    out("beam.selrecv_1000",N,U),
    P=spawn(fun echo_loop/0), N2=1000000,
    {U2,_}=tc(fun() -> selref(P,N2) end),
    out("beam.selrecv_1000_refopt_rt",N2,U2),
    {ok,G}=gen_server:start(?MODULE,0,[]),
    {U3,_}=tc(fun() -> callloop(G,N2) end),
    out("beam.gen_call_1000junk_rt",N2,U3);
run("linkmon") ->
    process_flag(trap_exit,true), N=500000,
    {U,_}=tc(fun() -> spl(N) end), out("beam.spawn_link_exit",N,U),
    {U2,_}=tc(fun() -> spm(N) end), out("beam.spawn_monitor_down",N,U2),
    P=spawn(fun echo_loop/0), N2=2000000,
    {U3,_}=tc(fun() -> mond(P,N2) end), out("beam.monitor_demonitor",N2,U3),
    {U4,_}=tc(fun() -> lnk(P,N2) end), out("beam.link_unlink",N2,U4);
run("sup") ->
    process_flag(trap_exit,true),
    logger:set_primary_config(level,none),
    N=100000, NS=1000, Me=self(),
    Spec=fun(Id) -> #{id=>Id,start=>{?MODULE,start_child_link,[Me]},restart=>permanent} end,
    Ss=[ begin {ok,S}=supervisor:start_link(?MODULE,{sup,100000}), S end || _ <- lists:seq(1,NS)],
    S1=hd(Ss),
    {U2,_}=tc(fun() -> suponly(S1,Spec,N) end),
    out("beam.sup_start_terminate_delete",N,U2),
    {U4,_}=tc(fun() -> suptemp(S1,N,Me) end),
    out("beam.sup_temp_start_kill",N,U4),
    %% one child per supervisor, kill/restart round-robin over NS supervisors (keeps the restart window short)
    Pids=[ begin {ok,_}=supervisor:start_child(S,Spec(x)), receive {started,P} -> P end end || S <- Ss ],
    {U3,_}=tc(fun() -> krrounds(Pids,N div NS) end),
    out("beam.sup_kill_restart_1000sups",N,U3),
    %% start_child + kill + restart + terminate + delete, round robin
    {U,_}=tc(fun() -> cyc(Ss,Spec,N div NS) end),
    out("beam.sup_cycle_1000sups",N,U),
    {ok,SX}=supervisor:start_link(?MODULE,{sup,10000000}),
    {ok,_}=supervisor:start_child(SX,Spec(x)), PX=receive {started,PP} -> PP end,
    {U5,_}=tc(fun() -> krloop(PX,10000) end),
    out("beam.sup_kill_restart_1sup_window",10000,U5);
run("timers") ->
    N=1000000,
    {U,Rs}=tc(fun() -> [ erlang:send_after(100000000+(I*7919 rem 1000003),self(),x) || I <- lists:seq(1,N)] end),
    out("beam.timer_start_1M",N,U),
    {Uh,_}=tc(fun() -> [ begin R=erlang:send_after(5000,self(),x), erlang:cancel_timer(R) end || _ <- lists:seq(1,N)] end),
    out("beam.timer_set_cancel_1Mpending",N,Uh),
    {U2,_}=tc(fun() -> [ erlang:cancel_timer(R) || R <- Rs] end),
    out("beam.timer_cancel_1M",N,U2);
run("trace") ->
    Tr=spawn(fun() -> trsink() end), process_flag(priority,normal),
    F=mkring(1000,fun ring_loop/2), M=1000000,
    {U0,_}=tc(fun() -> F ! {tok,M}, receive done -> ok end end),
    erlang:trace(processes,true,[send,'receive',{tracer,Tr}]),
    {U,_}=tc(fun() -> F ! {tok,M}, receive done -> ok end end),
    erlang:trace(processes,false,[send,'receive']),
    out("beam.ring_notrace",M,U0), out("beam.ring_traced",M,U);
run("cpu") ->
    {U,_}=tc(fun() -> fib(32) end), io:format("beam.fib32_ms ~.3f~n",[U/1000]),
    L=[ (I*7919) rem 1000003 || I <- lists:seq(1,1000000)],
    {U2,_}=tc(fun() -> lists:sort(L) end), io:format("beam.sort1M_ms ~.3f~n",[U2/1000]);
run("kv") -> %% "typical sim": 10 servers, 100 clients each 2000 calls, each call: put/get on map
    Servers=list_to_tuple([ element(2,gen_server:start(?MODULE,{kv,#{}},[])) || _ <- lists:seq(1,10)]),
    Me=self(), C=100, K=20000,
    {U,_}=tc(fun() ->
       [ spawn(fun() -> kvclient(Servers,I,K), Me ! d end) || I <- lists:seq(1,C)],
       [ receive d -> ok end || _ <- lists:seq(1,C)] end),
    out("beam.kv_call_rt",C*K,U);
run("tiny") -> %% tiny "simulation": spawn sup + 4 gen_servers + 1 client doing 100 calls, kill all
    N=20000, logger:set_primary_config(level,none),
    {U,_}=tc(fun() -> tinyloop(N) end),
    out("beam.tiny_sim",N,U);
run("linkstorm") ->
    K=1000, N=1000,
    {U,_}=tc(fun() -> storms(N,K) end),
    out("beam.link_storm",N*K,U).

tinyloop(0) -> ok;
tinyloop(N) ->
    {_,M}=spawn_monitor(fun() ->
        {ok,S}=supervisor:start_link(?MODULE,{sup,10}),
        Ps=[ element(2,supervisor:start_child(S,#{id=>I,start=>{?MODULE,start_child_link,[none]},restart=>permanent})) || I <- lists:seq(1,4)],
        [ gen_server:call(P,inc) || _ <- lists:seq(1,25), P <- Ps ],
        unlink(S), Mo=monitor(process,S), exit(S,shutdown), receive {'DOWN',Mo,_,_,_} -> ok end end),
    receive {'DOWN',M,_,_,_} -> tinyloop(N-1) end.

trsink() -> receive _ -> trsink() end.
fib(N) when N<2 -> N;
fib(N) -> fib(N-1)+fib(N-2).
kvclient(_,_,0) -> ok;
kvclient(S,I,K) ->
    Key=(I*31+K*17) rem 1000,
    P=element(1+(Key rem 10),S),
    case K rem 2 of 0 -> gen_server:call(P,{put,Key,K}); 1 -> gen_server:call(P,{get,Key}) end,
    kvclient(S,I,K-1).
callloop(_,0) -> ok;
callloop(P,N) -> gen_server:call(P,inc), callloop(P,N-1).
callloopi(_,0) -> ok;
callloopi(P,N) -> gen_server:call(P,inc,infinity), callloopi(P,N-1).
castloop(_,0) -> ok;
castloop(P,N) -> gen_server:cast(P,inc), castloop(P,N-1).
spx(0,_) -> ok;
spx(N,Me) -> spawn(fun() -> Me ! d end), receive d -> spx(N-1,Me) end.
spb(0) -> ok;
spb(N) -> spawn(fun() -> ok end), spb(N-1).
wait_procs() -> case erlang:system_info(process_count) of C when C < 200 -> ok; _ -> timer:sleep(1), wait_procs() end.
gsi(0) -> ok;
gsi(N) -> {ok,_}=gen_server:start(?MODULE,0,[]), gsi(N-1).
sel(0) -> ok;
sel(N) -> self() ! {want,N}, receive {want,N} -> sel(N-1) end.
selref(_,0) -> ok;
selref(P,N) -> R=make_ref(), P ! {R,self()}, receive {R,_} -> selref(P,N-1) end.
spl(0) -> ok;
spl(N) -> P=spawn_link(fun() -> ok end), receive {'EXIT',P,normal} -> spl(N-1) end.
spm(0) -> ok;
spm(N) -> {P,M}=spawn_monitor(fun() -> ok end), receive {'DOWN',M,process,P,normal} -> spm(N-1) end.
mond(_,0) -> ok;
mond(P,N) -> M=monitor(process,P), demonitor(M,[flush]), mond(P,N-1).
lnk(_,0) -> ok;
lnk(P,N) -> link(P), unlink(P), lnk(P,N-1).
krrounds(_,0) -> ok;
krrounds(Ps,R) -> krrounds([ kr(P) || P <- Ps ],R-1).
kr(P) -> exit(P,kill), receive {started,Q} -> Q end.
cyc(_,_,0) -> ok;
cyc(Ss,Spec,R) -> [ begin {ok,_}=supervisor:start_child(S,Spec({c,R})), P=receive {started,Q} -> Q end, kr(P), ok=supervisor:terminate_child(S,{c,R}), ok=supervisor:delete_child(S,{c,R}) end || S <- Ss ], cyc(Ss,Spec,R-1).
krloop(_,0) -> ok;
krloop(P,N) -> krloop(kr(P),N-1).
suponly(_,_,0) -> ok;
suponly(S,Spec,N) ->
    {ok,_}=supervisor:start_child(S,Spec(N)), receive {started,_} -> ok end,
    ok=supervisor:terminate_child(S,N), ok=supervisor:delete_child(S,N),
    suponly(S,Spec,N-1).
suptemp(_,0,_) -> ok;
suptemp(S,N,Me) ->
    {ok,_}=supervisor:start_child(S,#{id=>N,start=>{?MODULE,start_child_link,[Me]},restart=>temporary}), P=receive {started,Q} -> Q end,
    exit(P,kill), suptemp(S,N-1,Me).
rss() ->
    {ok,B}=file:read_file("/proc/self/statm"),
    [_,R|_]=string:tokens(binary_to_list(B)," "), list_to_integer(R)*4096.

start_child_link(Me) -> gen_server:start_link(?MODULE,{child,Me},[]).
init({sup,Max}) -> {ok,{#{strategy=>one_for_one,intensity=>Max,period=>1},[]}};
init({child,Me}) -> (Me =/= none) andalso (Me ! {started,self()}), {ok,0};
init({kv,M}) -> {ok,{kv,M}};
init(S) -> {ok,S}.
handle_call({put,K,V},_F,{kv,M}) -> {reply,ok,{kv,M#{K=>V}}};
handle_call({get,K},_F,{kv,M}) -> {reply,maps:get(K,M,undefined),{kv,M}};
handle_call(inc,_F,S) -> {reply,S,S+1};
handle_call(get,_F,S) -> {reply,S,S}.
handle_cast(inc,S) -> {noreply,S+1}.
handle_info(_,S) -> {noreply,S}.
terminate(_,_) -> ok.
code_change(_,S,_) -> {ok,S}.

storms(0,_) -> ok;
storms(N,K) ->
    Me=self(),
    {H,M}=spawn_monitor(fun() -> [ spawn_link(fun() -> receive stop -> ok end end) || _ <- lists:seq(1,K)], Me ! up, receive storm -> exit(storm) end end),
    receive up -> ok end, H ! storm,
    receive {'DOWN',M,process,H,_} -> ok end,
    storms(N-1,K).
