package mutant

// In supervisors. The numbers in brackets are of the list of bugs that OTP has had (B in sim/otp/RULES.md).
var (
	RestWrongSide      = plant("supervisor", "rest-wrong-side", "rest_for_one restarts the child and those started before it")
	RetryLost          = plant("supervisor", "retry-lost", "a group restart that fails half way is not tried again")
	IntensityOneMore   = plant("supervisor", "intensity-one-more", "one restart more than the intensity is allowed")
	WindowShort        = plant("supervisor", "window-short", "a restart exactly a period ago does not count any more")
	TransientFree      = plant("supervisor", "transient-free", "restarts of transient children do not count")
	TransientOrderly   = plant("supervisor", "transient-orderly", "a transient child that ends with shutdown is restarted")
	TemporaryBack      = plant("supervisor", "temporary-back", "a group restart starts temporary children again [36]")
	GroupSkipsEnded    = plant("supervisor", "group-skips-ended", "a group restart leaves out children that had no process")
	StopsForward       = plant("supervisor", "stops-forward", "children are stopped in the order of their start")
	UnlinksFirst       = plant("supervisor", "unlinks-first", "a child is unlinked before it is stopped: a killed supervisor leaves an orphan [32]")
	BrutalAsks         = plant("supervisor", "brutal-asks", "brutal_kill asks first and kills after a while")
	NeverKills         = plant("supervisor", "never-kills", "a child that does not stop in time is waited for and not killed")
	SignificantIgnored = plant("supervisor", "significant-ignored", "the end of a significant child does not end its supervisor")
	TerminateTriggers  = plant("supervisor", "terminate-triggers", "terminate_child of a significant child ends the supervisor")
	DynamicLost        = plant("supervisor", "dynamic-lost", "a dynamic child whose restart fails is forgotten")
	RestartsStopped    = plant("supervisor", "restarts-stopped", "a child that was stopped while its retry was due is started all the same [35]")
	DeletesRestarting  = plant("supervisor", "deletes-restarting", "delete_child forgets a child that is about to be tried again [65]")
	DynamicFirst       = plant("supervisor", "dynamic-first", "start_child puts a child before the others, not behind them")
	RetryUncounted     = plant("supervisor", "retry-uncounted", "a retry does not count as a restart")
	DynamicUnwaited    = plant("supervisor", "dynamic-unwaited", "dynamic children are asked to end and not waited for [37]")
)

// In what behaviours are made of.
var (
	ParentExitSilent = plant("server", "parent-exit-silent", "a server whose parent ends ends too, without Terminate")
	ParentExitInfo   = plant("server", "parent-exit-info", "a server takes the end of its parent for a message like others")
	StopReplyLost    = plant("gen", "stop-reply-lost", "{stop, Reason, Reply} stops and does not reply")
	LateReply        = plant("gen", "late-reply", "a reply that comes after the time-out gets into the mailbox [44]")
	CallHangs        = plant("gen", "call-hangs", "whoever calls a server that ends while it handles the call, or starts one that ends in init, is not told [39]")
	CallInTransit    = plant("gen", "call-in-transit", "a call on its way to a server that ends is never answered")
	IgnoreStarted    = plant("gen", "ignore-started", "a server that declines to start is taken for started, and ends a while later")
)

// In links, monitors and exit signals.
var (
	UnlinkOneEnd    = plant("process", "unlink-one-end", "the other end of a link does not hear of unlink [22]")
	LinkToDying     = plant("process", "link-to-dying", "a link to a process that ends before it knows of it comes to nothing")
	LinkDeadSilent  = plant("process", "link-dead-silent", "a link to a dead process of one that traps exits gives no exit message")
	DownTwice       = plant("process", "down-twice", "a monitor fires twice")
	FlushLeavesDown = plant("process", "flush-leaves-down", "demonitor with flush leaves the down message in the mailbox")
	DemonitorDead   = plant("process", "demonitor-dead", "demonitor does nothing if the other has ended and the down message is on its way [28]")
	MonitorDead     = plant("process", "monitor-dead", "a monitor of a dead process does not fire")
	MonitorDying    = plant("process", "monitor-dying", "a monitor of a process that ends before it knows of it does not fire")
	KillTrapped     = plant("process", "kill-trapped", "kill becomes a message for a process that traps exits")
	KillUnchanged   = plant("process", "kill-unchanged", "a killed process tells the others kill, not killed")
	NormalKills     = plant("process", "normal-kills", "the normal end of a linked process ends one that does not trap exits")
	UnlinkLate      = plant("process", "unlink-late", "an exit signal under way comes through after unlink")
)

// In what nodes know of each other.
var (
	UpBeforeDown   = plant("node", "up-before-down", "monitors of a lost connection fire when the node is back, after its nodeup [21]")
	LinksKept      = plant("node", "links-kept", "links are not cut when the connection is lost")
	MonitorsKept   = plant("node", "monitors-kept", "monitors do not fire when the connection is lost")
	NoConnTwice    = plant("node", "noconnection-twice", "monitors fire twice when the connection is lost")
	NodeDownFirst  = plant("node", "nodedown-first", "nodedown comes before the exit and down messages of the lost connection")
	LateMessages   = plant("node", "late-messages", "messages of a lost connection are delivered after its nodedown")
	NodeDownUntold = plant("node", "nodedown-untold", "those who watch nodes are not told of a connection that another node has ended")
)

// In global. Its tests look for more of its mistakes, by switches of its own.
var (
	GlobalDeadName = plant("global", "global-dead-name", "global keeps a name whose process has ended [6]")
	GlobalDeadLock = plant("global", "global-dead-lock", "global keeps a lock whose holder has ended [7]")
	GlobalTwoNames = plant("global", "global-two-names", "global gives a process a second name [10]")
)

// In small programs, as users write them: what goes wrong takes a certain order of a few messages.
var (
	LostWakeUp        = plant("race", "lost-wake-up", "whoever says that he waits is not told of what has come since he looked")
	LinkLater         = plant("race", "link-later", "a process is spawned, and linked in a second step")
	ExitUnflushed     = plant("race", "exit-unflushed", "an exit message that came before unlink is taken for that of another")
	DownUnflushed     = plant("race", "down-unflushed", "a down message that came before demonitor is taken for that of another")
	NameUnchecked     = plant("race", "name-unchecked", "a name that was free a moment ago is taken for free")
	RestartInShutdown = plant("race", "restart-in-shutdown", "a manager ends while the restart that it has asked for is under way")
	LostUpdate        = plant("race", "lost-update", "a value is read, changed and written back, and others do the same")
	MutualCall        = plant("race", "mutual-call", "two servers ask each other while they serve, and serve nobody while they ask")
	TornTwice         = plant("race", "torn-twice", "transactions of several messages are not kept apart: it shows if each of two begins within the other's end")
)
