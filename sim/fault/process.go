package fault

import (
	"fmt"
	"path"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
)

// Select says which processes are meant: kv_store is the one registered so, /kv_sup/* those whose spawn path matches,
// any is one that is drawn. With @b behind it, only those of node b count.
type Select string

// find lists the living that are meant, oldest first; of any, one that key draws.
func (s Select) find(w *sim.World, key choice.Key) []sim.PID {
	var found []sim.PID
	v := w.View()
	for _, pid := range v.Processes() {
		if info, alive := v.Info(pid); alive && s.isOf(pid, info.Name) {
			found = append(found, pid)
		}
	}
	if what, _, _ := strings.Cut(string(s), "@"); what == anyNode && len(found) > 0 {
		i := w.Choose(key, len(found))
		found = found[i : i+1]
	}
	return found
}

func parseSelect(text string) (Select, error) {
	what, node, placed := strings.Cut(text, "@")
	if what == "" || strings.ContainsAny(text, " \t\n") || placed && node == "" || strings.Contains(node, "@") {
		return "", fmt.Errorf("a process is a name like kv_store, a path like /kv_sup/* or any, @node may stand behind it; not %q", text)
	}
	if _, err := path.Match(what, ""); err != nil {
		return "", fmt.Errorf("the path %q: %w", what, err)
	}
	return Select(text), nil
}

// Kill kills processes: no process can trap it.
type Kill struct{ Who Select }

// String prints kill kv_store@b.
func (k Kill) String() string { return "kill " + string(k.Who) }

// Begin sends the signals.
func (k Kill) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	return nil, exit(w, k.Who.find(w, key), sim.Kill)
}

func parseKill(rest string) (Harm, error) {
	who, err := parseSelect(rest)
	return Kill{who}, err
}

// Exit sends processes an exit signal with a reason, which they may trap.
type Exit struct {
	Who    Select
	Reason sim.Atom
}

// String prints exit kv_store with boom.
func (x Exit) String() string { return "exit " + string(x.Who) + " with " + string(x.Reason) }

// Begin sends the signals.
func (x Exit) Begin(w *sim.World, key choice.Key) (undo func(), ok bool) {
	return nil, exit(w, x.Who.find(w, key), x.Reason)
}

func parseExit(rest string) (Harm, error) {
	text, reason, ok := strings.Cut(rest, " with ")
	if !ok || reason == "" || strings.ContainsAny(reason, " \t\n") {
		return nil, fmt.Errorf("exit is like exit kv_store with boom, not exit %s", rest)
	}
	who, err := parseSelect(text)
	return Exit{who, sim.Atom(reason)}, err
}

func exit(w *sim.World, pids []sim.PID, reason sim.Reason) bool {
	for _, pid := range pids {
		w.Exit(pid, reason)
	}
	return len(pids) > 0
}
