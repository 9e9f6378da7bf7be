package supervisor_test
import ("testing";"github.com/bedlam-sim/bedlam/sim";"github.com/bedlam-sim/bedlam/sim/otp/genserver";"github.com/bedlam-sim/bedlam/sim/otp/supervisor")
func TestZZ(t *testing.T){
	inWorld(t, func(p *sim.Proc) {
		var last sim.PID
		_, err := supervisor.StartLink(p, nil, supervisor.Spec{Intensity: often, Children: []supervisor.Child{{ID:"a", Start: genserver.Start(nil, func() *announcing { return &announcing{at: &last} }, genserver.NoBlock())}}})
		t.Log(err, last)
		for range 3 {
		p.Exit(last, sim.Kill)
		n:=0
		for killed := last; last == killed && n<1000000; { p.Yield(); n++ }
		t.Log(n, last, last.Identity().Serial, p.Now())
		}
	})
}
