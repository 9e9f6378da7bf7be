package trace

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind says what sort of fact an event is.
type Kind uint8

// The facts. Subject and Object are birth numbers of processes (term.Identity.Serial), 0 for none.
const (
	Spawn      Kind = iota + 1 // Subject spawned Object; Word: its ordinal among those of its role
	Send                       // Subject sent a message to Object; Word: the number the message carries
	Signal                     // Subject sent a signal of another kind (Word>>56) to Object
	Receive                    // Subject took a message of Object's out of its mailbox
	Slice                      // Subject ran for Word reductions
	Timer                      // a timer of Subject's fired; Word: which
	Exit                       // Subject ended; Word: hash of the reason's first atom
	Link                       // Subject and Object are linked from Subject's side
	Unlink                     // … no longer
	Monitor                    // Subject monitors Object
	Demonitor                  // … no longer
	Register                   // Subject got a name; Word: hash of it
	Unregister                 // … lost it
	Fault                      // a fault was injected on Object; Word: which
	Took                       // the fault Word took effect on Object
	Report                     // Subject made a report (Object: about whom); Word: hash of its kind
	User                       // a fact of the user's own; Word: hash of its kind, for buggify of that and the site
	Drop                       // a message of Subject's to Object was dropped; or, Word: hash of an address that nobody has
	Node                       // a node changed: Word says how
	Arrive                     // a signal of Subject's, from another node, has come to Object's; Word: its number there
	Socket                     // a socket of Subject's changed; Word: how, and which it is
	kinds
)

var kindNames = [kinds]string{
	Spawn: "spawn", Send: "send", Signal: "signal", Receive: "receive", Slice: "slice", Timer: "timer", Exit: "exit",
	Link: "link", Unlink: "unlink", Monitor: "monitor", Demonitor: "demonitor", Register: "register",
	Unregister: "unregister", Fault: "fault", Took: "took", Report: "report", User: "user", Drop: "drop", Node: "node",
	Arrive: "arrive", Socket: "socket",
}

// String is the kind's word, such as send, or kindN for one without a word.
func (k Kind) String() string {
	if k < kinds && kindNames[k] != "" {
		return kindNames[k]
	}
	return "kind" + strconv.Itoa(int(k))
}

// ParseKind reads what String prints, and nothing else.
func ParseKind(word string) (Kind, error) {
	for k, name := range kindNames {
		if name != "" && name == word {
			return Kind(k), nil
		}
	}
	if digits, ok := strings.CutPrefix(word, "kind"); ok {
		n, err := strconv.ParseUint(digits, 10, 8)
		if k := Kind(n); err == nil && k.String() == word {
			return k, nil
		}
	}
	return 0, fmt.Errorf("a kind of fact is one of %s, not %q", strings.Join(kindNames[1:], " "), word)
}

// ParseKinds reads a list of kinds with commas between them, such as spawn,exit,report.
func ParseKinds(list string) ([]Kind, error) {
	var ks []Kind
	for word := range strings.SplitSeq(list, ",") {
		k, err := ParseKind(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		ks = append(ks, k)
	}
	return ks, nil
}

// signalShift is where in the Word of a Signal fact its kind stands; a number of its own is below.
const signalShift = 56

// signalNames are the kinds of signals that package sim sends.
var signalNames = [...]string{
	1: "exit", "link exit", "link", "unlink", "unlink ack", "monitor", "demonitor", "down",
	"is it alive", "tell about it", "answer", "spawn request", "spawn reply",
}

func signalName(word uint64) string {
	if word > 0 && word < uint64(len(signalNames)) {
		return signalNames[word]
	}
	return "signal" + strconv.FormatUint(word, 10)
}
