package scenarios

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/plan"
)

// A Repro is what a scenario file says of one run of it that is worth keeping: the plan, and what came of it. It is what a
// token says, as text that people can read, compare and edit.
type Repro struct {
	Place
	Plan   plan.Plan // its Without are the places of the names that the file gives
	Policy Policy    // who ran next, if not as run: says; else ""
	Fails  string    // the signature of its failure; "": nothing broke
	Hash   uint64    // of the run; 0: not said
	Digest Sum       // of the scenario that it is a run of; zero: not said

	without []written             // the names of what is left out, until they are looked up
	keys    map[choice.Key]string // those that have an answer
}

// written is a text of the file and where it stands.
type written struct {
	text  string
	pos   Pos
	width int
}

func reproTable() table[Repro] {
	return table[Repro]{
		name: "a repro",
		about: "One run of this scenario that is worth keeping, mostly a failing one. `simrun run` and `simrun " +
			"replay` play exactly this run of a file that has a repro, and say what became of it. " +
			"`simrun run --out` and `simrun shrink --write` write it. Beside NAME.sim.yaml files called " +
			"NAME.repro.yaml and NAME.*.repro.yaml are played first. Exactly one of `seed` and `dull`.",
		fields: []field[Repro]{
			one("fails", texts, func(x *Repro) *string { return &x.Fails }, "",
				"How the run fails: kind and name of the rule, as in `never money stays`. If nothing is said, nothing breaks."),
			one("seed", seedForm, func(x *Repro) *uint64 { return &x.Plan.Seed }, "", "The seed that answers all draws."),
			one("dull", form[bool]{name: "true", looks: "true", parse: parseDull}, func(x *Repro) *bool { return &x.Plan.Dull }, "",
				"All draws are answered dully: the first in line, the least delay, the shortest wait."),
			one("for", lengths, func(x *Repro) *time.Duration { return &x.Plan.For }, "",
				"How long the run lasts; if nothing is said, as `run:` says."),
			one("policy", policies, func(x *Repro) *Policy { return &x.Policy }, "", "Who runs next; if nothing is said, as `run:` says."),
			{key: "without", form: "fault NAME, workload NAME, or a list", about: "The faults and workloads that are left out.", read: readWithout},
			{key: "deviations", form: "list: deviation", about: "The draws that are answered otherwise: " +
				"`domain/identity/n=answer`.", read: readDeviations},
			one("hash", hashForm, func(x *Repro) *uint64 { return &x.Hash }, "", "The hash of the run, to tell whether it is the same."),
			one("digest", digestForm, func(x *Repro) *Sum { return &x.Digest }, "",
				"The digest of the scenario, to tell whether it was edited since."),
		},
		lost: map[string]string{
			"expect": "did you mean fails?", "signature": "did you mean fails?",
			"token": "simrun replay TOKEN plays a token; a repro says the same in words",
			"seeds": "a repro is one run: seed:", "with": "what is not in without: takes part", "choices": "did you mean deviations?",
		},
	}
}

// The forms of what only repros say.
var (
	seedForm = form[uint64]{name: "seed", looks: "7, 0x9f31c2", about: "A number of up to 64 bits.", parse: parseSeed}
	hashForm = form[uint64]{name: "hash", looks: "00c0ffee00c0ffee", about: "16 hexadecimal digits, of all " +
		"facts of a run; in quotes if it could be a number.", parse: parseHash}
	digestForm = form[Sum]{name: "digest", looks: "8ZQ0K3V1", about: "Eight letters and digits, of all of a " +
		"file that decides how it runs.", parse: parseSum}
	deviations = form[choice.Deviation]{
		name:  "deviation",
		looks: "order/00000000deadbeef/3=7",
		about: "A draw that is answered otherwise than by the seed: what kind of thing is drawn, for whom or what, " +
			"for the n-th time, and the answer.",
		parse: parseDeviation,
	}
)

func parseDull(text string) (bool, *flaw) {
	if text != "true" {
		return false, flawed("a run that is not dull has a seed: seed: 7", "dull can only be true, not %q", text)
	}
	return true, nil
}

// parseHash reads 16 hexadecimal digits.
func parseHash(text string) (uint64, *flaw) {
	n, err := strconv.ParseUint(text, 16, 64)
	if err != nil || len(text) != 16 || n == 0 {
		return 0, flawed("a hash is 16 hexadecimal digits, in quotes if it could be a number", "%q is not a hash", text)
	}
	return n, nil
}

func parseSum(text string) (s Sum, bad *flaw) {
	b, err := plan.FromLetters(text)
	if err != nil || len(b) != len(s) {
		return s, flawed("a digest is eight letters and digits, as simrun prints it", "%q is not a digest", text)
	}
	copy(s[:], b)
	return s, nil
}

// readRepro reads the value of the key repro.
func readRepro(r *reader, n *node, s *Scenario) bool {
	x := &Repro{}
	good := readTable(r, &r.grammar.repro, n, x, &x.Place)
	if n.kind == mappingNode {
		good = r.exactlyOne(n, "seed", "dull") != "" && good
	}
	s.Repro = x
	return good
}

// readWithout reads the names of what is left out. They are looked up when all is read.
func readWithout(r *reader, n *node, x *Repro) bool {
	named := form[string]{name: "fault NAME or workload NAME", looks: "fault kill the store", parse: parseElement}
	return r.eachOf(n, func(item *node) bool {
		text, ok := scalar(r, item, named)
		if ok {
			x.without = append(x.without, written{text, item.pos, r.src.width(item)})
		}
		return ok
	})
}

func parseElement(text string) (string, *flaw) {
	for _, what := range []string{"fault ", "workload "} {
		if strings.HasPrefix(text, what) {
			return text, nil
		}
	}
	return "", flawed("write fault NAME or workload NAME", "%q is neither a fault nor a workload", text)
}

// repro looks up what a repro leaves out.
func (r *reader) repro(s *Scenario) {
	x := s.Repro
	if x == nil {
		return
	}
	names := s.elements()
	for _, w := range x.without {
		place := slices.Index(names, w.text)
		switch {
		case place < 0 && r.torn[w.text[:strings.Index(w.text, " ")]+"s"]:
		case place < 0:
			r.report(UnknownName, w.pos, w.width, r.meant(w.text, names), "there is no %s", w.text)
		case x.Plan.Leaves(place):
			r.report(DuplicateName, w.pos, w.width, "", "%s is left out twice", w.text)
		default:
			x.Plan.Without = append(x.Plan.Without, place)
		}
	}
	x.Plan = x.Plan.Canonical()
}

// readDeviations reads the list of deviations.
func readDeviations(r *reader, n *node, x *Repro) bool {
	if n.kind != listNode {
		return r.wantKind(n, listNode, "deviations")
	}
	x.keys = map[choice.Key]string{}
	good := true
	for _, item := range n.items {
		d, ok := scalar(r, item, deviations)
		if !ok {
			good = false
			continue
		}
		if first, twice := x.keys[d.Key]; twice {
			good = r.bad(DuplicateName, item.pos, "", "%v is answered already, by %s", d.Key, first)
			continue
		}
		x.keys[d.Key] = d.String()
		x.Plan.Deviations = append(x.Plan.Deviations, d)
	}
	return good
}

// parseDeviation has package plan read one, which knows where in it a mistake is.
func parseDeviation(text string) (choice.Deviation, *flaw) {
	d, err := choice.ParseDeviation(text)
	if err == nil {
		return d, nil
	}
	bad := flawed("a deviation looks like order/00000000deadbeef/3=7", "%v", err)
	const before = "bedlam plan 1\ndull\n"
	var ms plan.Mistakes
	if _, err := plan.Parse(before + text); errors.As(err, &ms) && ms[0].Line == 3 {
		bad.off, bad.text = ms[0].Column-1, ms[0].What
	}
	return choice.Deviation{}, bad
}

// String says in a line what is played.
func (x *Repro) String() string {
	text := x.Plan.String()
	if x.Policy != "" {
		text += ", policy " + string(x.Policy)
	}
	return text
}

// Token is the repro as a token of a scenario.
func (x *Repro) Token(digest Sum) Token {
	t := Token{Scenario: digest, Seed: x.Plan.Seed, For: x.Plan.For, Policy: x.Policy, Plan: &x.Plan}
	if x.Hash != 0 {
		t.Hash = HashStart(x.Hash)
	}
	if !x.Plan.Dull && len(x.Plan.Deviations)+len(x.Plan.Without) == 0 {
		t.Plan = nil
	}
	return t
}

// On finds the repro's plan in another version of its scenario: what is left out is known by its name. gone are the names that
// are not there.
func (x *Repro) On(s *Scenario) (p plan.Plan, gone []string) {
	p = x.Plan
	p.Without = nil
	names := s.elements()
	for _, w := range x.without {
		place := slices.Index(names, w.text)
		if place < 0 {
			gone = append(gone, w.text)
			continue
		}
		p.Without = append(p.Without, place)
	}
	return p.Canonical(), gone
}

// With is the scenario with another repro.
func (s *Scenario) With(x *Repro) *Scenario {
	other := *s
	other.Repro = x
	return &other
}
