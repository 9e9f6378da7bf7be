package observer

import (
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Process is a row of the process table.
type Process struct {
	PID       string `json:"pid"`
	Node      string `json:"node"`
	Name      string `json:"name,omitempty"`      // registered
	Behaviour string `json:"behaviour,omitempty"` // gen_server, supervisor…; "" if it is none
	Module    string `json:"module,omitempty"`    // the type of the program's code, or the function that it is
	Note      string `json:"note,omitempty"`      // what else it tells, such as the state of a machine

	Status     string `json:"status"`               // running, runnable, waiting, hibernating
	Suspended  bool   `json:"suspended,omitempty"`  // by package sys
	Priority   string `json:"priority"`             // max, high, normal, low
	TrapExit   bool   `json:"trap_exit,omitempty"`  //
	Reductions uint64 `json:"reductions"`           //
	Queue      int    `json:"mailbox"`              // messages in its mailbox
	InTransit  int    `json:"in_transit,omitempty"` // signals on their way to it, messages among them

	Messages []string `json:"messages,omitempty"` // the first of the mailbox

	// Current is where it is: of a process that waits, or was preempted, in the middle of its code the place
	// there; of others what Erlang would show, such as gen_server:loop.
	Current string `json:"current"`
	// Waits reports whether it waits in the middle of its code: messages may come and leave it waiting.
	Waits bool `json:"waits,omitempty"`
	// Awaits is whose answer, or end, it waits for, if it does so with a function of package otp, such as Call.
	Awaits string `json:"awaits,omitempty"`
	// Left is how long it goes on waiting at most; nil if for ever.
	Left *time.Duration `json:"left,omitempty"`

	Parent      string   `json:"parent,omitempty"` // who spawned it
	GroupLeader string   `json:"group_leader,omitempty"`
	Links       []string `json:"links,omitempty"`
	Monitors    []string `json:"monitors,omitempty"`
	MonitoredBy []string `json:"monitored_by,omitempty"`
}

// messagesShown is how many messages of a mailbox a row holds, and messageLength how much of each.
const (
	messagesShown = 5
	messageLength = 200
)

// process makes the row of a process.
func (l *looking) process(pid sim.PID) (p Process, ok bool) {
	info, ok := l.view.Info(pid)
	if !ok {
		return Process{}, false
	}
	d, _ := otp.Describe(l.view, pid)
	l.pids = append(l.pids, pid)
	p = Process{
		PID: pid.String(), Node: pid.Node().String(), Name: string(info.Name),
		Behaviour: string(d.Behaviour), Module: d.Module, Note: d.Note, Suspended: d.Suspended,
		Status: info.Status, Priority: priorities[info.Priority], TrapExit: info.TrapExit,
		Reductions: info.Reductions, Queue: info.QueueLen, InTransit: l.view.InTransit(pid),
		Messages: printed(l.view.Mailbox(pid), messagesShown), Parent: printedPID(info.Parent),
		GroupLeader: printedPID(info.GroupLeader), Links: printed(info.Links, len(info.Links)),
		Monitors: printed(info.Monitors, len(info.Monitors)), MonitoredBy: printed(info.MonitoredBy, len(info.MonitoredBy)),
	}
	if left, limited := l.left[pid]; limited {
		p.Left = &left
	}
	l.place(&p, pid)
	return p, true
}

// place finds out where a process is and what it waits for.
func (l *looking) place(p *Process, pid sim.PID) {
	stack := l.view.Stack(pid)
	if len(stack) == 0 {
		p.Current = loopOf(p)
		return
	}
	p.Current = stack.Own().String()
	k, waits := l.view.Waiter(pid)
	p.Waits = waits
	if waits && k.Watches != nil && isLibrary(stack[0].Package()) {
		p.Awaits = term.Format(k.Watches)
	}
}

// isLibrary reports whether code is otp's, which monitors those whom it waits for.
func isLibrary(pkg string) bool {
	_, below, ok := strings.Cut(pkg, "/sim/otp")
	return ok && (below == "" || below[0] == '/') && !strings.HasSuffix(pkg, "_test")
}

// loopOf is where a process is that is between two messages.
func loopOf(p *Process) string {
	switch {
	case p.Status == "hibernating":
		return "erlang:hibernate"
	case p.Behaviour == "supervisor":
		return "gen_server:loop"
	case p.Behaviour != "":
		return p.Behaviour + ":loop"
	case p.Module != "":
		return strings.TrimPrefix(p.Module, "*") + ".Handle"
	}
	return "not begun"
}

var priorities = map[scheduler.Priority]string{
	scheduler.Max: "max", scheduler.High: "high", scheduler.Normal: "normal", scheduler.Low: "low",
}

func printedPID(pid sim.PID) string {
	if pid.IsZero() {
		return ""
	}
	return pid.String()
}

// printed prints the first of some values, none of them at length.
func printed[V any](values []V, most int) []string {
	var texts []string
	for _, v := range values[:min(len(values), most)] {
		texts = append(texts, cut(term.Format(v), messageLength))
	}
	return texts
}

// cut shortens a text.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}
