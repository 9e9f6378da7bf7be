package scenarios

import (
	"maps"
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/fault"
)

// A vocabulary is the words by which files name messages: those of requests, what programs say beside them, and Erlang's own
// words for what its behaviours send. Package fault knows most of these by their types, as Go calls them; that is possible in
// files too.
type vocabulary struct {
	kinds map[string][]string // what fault calls what a word names: the word itself is not among them
	words map[string]string   // by what fault calls it
	told  []string            // those that programs tell of
	open  bool                // there may be others: a program does not tell what it says
}

// newVocabulary is the words of some programs. Where two of them have two words for one type the first is printed.
func newVocabulary(programs []Program) *vocabulary {
	v := &vocabulary{kinds: map[string][]string{}, words: map[string]string{}}
	for _, p := range programs {
		v.open = v.open || p.Says == nil
		for _, q := range p.Requests {
			v.add(q.Kind(), q.kind())
		}
	}
	for _, p := range programs {
		for _, word := range slices.Sorted(maps.Keys(p.Says)) {
			v.add(word, fault.KindOf(p.Says[word]))
		}
	}
	v.told = slices.Sorted(maps.Keys(v.kinds))
	for _, x := range erlangWords {
		v.add(x.word, x.kind)
	}
	return v
}

func (v *vocabulary) add(word, kind string) {
	if word == "" || kind == "" || slices.Contains(v.kinds[word], kind) {
		return
	}
	v.kinds[word] = append(v.kinds[word], kind)
	if _, known := v.words[kind]; !known {
		v.words[kind] = word
	}
}

// word is what files call what fault calls so.
func (v *vocabulary) word(kind string) string {
	if w, known := v.words[kind]; known {
		return w
	}
	return kind
}

// means is the events of package fault that are meant by one whose kind may be a word.
func (v *vocabulary) means(e fault.Event) []fault.Event {
	list := []fault.Event{e}
	var kinds []string
	switch {
	case e.What == fault.Message:
		kinds = v.kinds[e.Kind]
	case e.What == fault.End && e.Kind == tupleWord:
		kinds = []string{tupleKind}
	}
	for _, kind := range kinds {
		if kind != e.Kind {
			e.Kind = kind
			list = append(list, e)
		}
	}
	return list
}

// sound is the event that files speak of where package fault speaks of this one.
func (v *vocabulary) sound(e fault.Event) fault.Event {
	switch {
	case e.What == fault.Message:
		e.Kind = v.word(e.Kind)
	case e.What == fault.End && e.Kind == tupleKind:
		e.Kind = tupleWord
	}
	return e
}

// near is the word of one of these that was probably meant: it is spelt alike, or what Go calls its type is, or its type's
// name without the package is it. "" if there is none.
func (v *vocabulary) near(s *suggester, kind string, words []string) string {
	if near := s.nearest(kind, words); near != "" {
		return near
	}
	_, name, _ := strings.Cut(kind, ".")
	types := map[string]string{}
	for _, word := range words {
		if name != "" && strings.EqualFold(name, word) {
			return word
		}
		for _, full := range v.kinds[word] {
			types[full] = word
			if _, name, _ := strings.Cut(full, "."); strings.EqualFold(name, kind) {
				return word
			}
		}
	}
	return types[s.nearest(kind, slices.Sorted(maps.Keys(types)))]
}

// lacks reports whether no message can be of a kind, as far as that is known. Of words in quotes, and of types such as []int,
// nothing is known.
func (v *vocabulary) lacks(kind string) bool {
	_, typed := v.words[kind]
	named := isIdent(kind) || strings.Contains(kind, ".")
	return !v.open && named && !typed && len(v.kinds[kind]) == 0 && !slices.Contains(plainWords, kind)
}

// Tuples whose first element is no atom have no other kind than that.
const (
	tupleKind = "term.Tuple"
	tupleWord = "tuple"
)

// erlangWords are Erlang's words for what its behaviours send, which package fault knows by Go's names for their types.
var erlangWords = []struct{ word, kind string }{
	{"'DOWN'", fault.KindOf(sim.Down{})}, {"'EXIT'", fault.KindOf(sim.Exit{})},
	{"nodeup", fault.KindOf(sim.NodeUp{})}, {"nodedown", fault.KindOf(sim.NodeDown{})},
	{"spawn_reply", fault.KindOf(sim.SpawnReply{})}, {"join", "pg.Joined"}, {"leave", "pg.Left"},
	{tupleWord, tupleKind}, {"reference", "term.Ref"}, {"pid", "term.PID"},
	{"started", "otp.Started"}, {"failed", "otp.failed"},
	{"start_child", "supervisor.startDynamic"}, {"start_child", "supervisor.startChild"},
	{"terminate_child", "supervisor.terminateChild"}, {"restart_child", "supervisor.restartChild"},
	{"delete_child", "supervisor.deleteChild"}, {"get_childspec", "supervisor.getChildSpec"},
	{"which_children", "supervisor.whichChildren"}, {"count_children", "supervisor.countChildren"},
	{"try_again_restart", "supervisor.tryAgain"},
	{"timeout", "*genstatem.kindOfTimeout"},
	{"call", "*genevent.call"}, {"add_handler", "*genevent.addHandler"}, {"swap_handler", "*genevent.swapHandler"},
	{"delete_handler", "*genevent.deleteHandler"}, {"which_handlers", "genevent.whichHandlers"},
	{"sync_notify", "genevent.syncNotify"}, {"gen_event_EXIT", "genevent.HandlerExit"},
	{"tcp", "gentcp.Data"}, {"tcp_closed", "gentcp.Closed"}, {"tcp_error", "gentcp.Error"}, {"tcp_passive", "gentcp.Passive"},
}

// plainWords are the kinds of messages that any process may take: what sys asks, the tags and the answers of OTP, and Go's
// plain types.
var plainWords = []string{
	"suspend", "resume", "get_state", "get_status", "replace_state", "terminate", "change_code", "debug", "running", "suspended",
	"ack", "system", "reply", "global_name_conflict", "notify", "gen_event", "inet_async", "timed_out",
	"ok", "error", "undefined", "true", "false", "nil", "noproc", "infinity", "done",
	"bool", "int", "int64", "uint64", "float64", "string",
}

// programsIn are those of the trees, each once, in the order of the trees.
func programsIn(trees []*Child, of func(*Child) Program) (list []Program) {
	seen := map[string]bool{}
	for _, top := range trees {
		top.Each(func(c *Child) {
			if c.Start != "" && !seen[c.Start] {
				seen[c.Start] = true
				list = append(list, of(c))
			}
		})
	}
	return list
}
