package observer

import (
	"fmt"
	"io"
	"strings"
)

// WriteTree prints the trees of all nodes: a line a process, with its state, what it runs, of a supervisor its
// strategy and how many restarts count, and its PID.
func (s *Snapshot) WriteTree(w io.Writer, t Text) error {
	c := &columns{}
	for _, n := range s.Nodes {
		c.add(cell{text: n.Name, sgr: bold})
		for _, a := range n.Applications {
			c.add(plain("application " + a.String()))
		}
		c.branches("", n.Tree, t)
	}
	return c.print(w, t.Colour)
}

// String prints the application in a few words: kv 1.2 running permanent.
func (a Application) String() string { return join(a.Name, a.Vsn, a.State, a.Type) }

// join puts blanks between those texts that are not empty.
func join(texts ...string) string {
	return strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
}

// branches prints branches that stand beside each other.
func (c *columns) branches(indent string, all []*Branch, t Text) {
	for i := 0; i < len(all); {
		same := alike(all[i:])
		if t.All || same <= alikeShown {
			same = 1
		}
		last := i+same == len(all)
		if same > 1 {
			c.several(indent+fork(last), all[i], same)
		} else {
			c.branch(indent, last, all[i], t)
		}
		i += same
	}
}

// alikeShown is up to how many that are alike are printed one by one.
const alikeShown = 8

// alike is how many branches, from the first on, differ in nothing but who they are.
func alike(all []*Branch) (n int) {
	for _, b := range all {
		if len(b.Children) > 0 || b.ID != all[0].ID || b.State != all[0].State || b.what() != all[0].what() {
			break
		}
		n++
	}
	return max(1, n)
}

func (c *columns) several(lead string, b *Branch, n int) {
	c.add(plain(lead+fmt.Sprintf("%s × %d", b.ID, n)), b.State.cell(), plain(b.what()), plain(""), cell{text: b.PID + " …", sgr: faint})
}

// branch prints a branch and what is below it.
func (c *columns) branch(indent string, last bool, b *Branch, t Text) {
	gauge := plain("")
	if b.Restarts != nil {
		gauge.text = b.Restarts.String()
		if b.Restarts.Full() && b.Restarts.Counted > 0 {
			gauge.sgr = red
		}
	}
	c.add(plain(indent+fork(last)+b.ID), b.State.cell(), plain(b.what()), gauge, cell{text: b.PID, sgr: faint})
	below := indent + "│  "
	if last {
		below = indent + "   "
	}
	c.branches(below, b.Children, t)
}

func fork(last bool) string {
	if last {
		return "└─ "
	}
	return "├─ "
}

func (s State) cell() cell {
	if s == Running {
		return plain(string(s))
	}
	return cell{text: string(s), sgr: red}
}

// what tells what a branch runs.
func (b *Branch) what() string {
	restart := b.Restart
	if restart == "permanent" {
		restart = ""
	}
	name := ""
	if b.Name != "" && b.Name != b.ID {
		name = "called " + b.Name
	}
	what := b.Behaviour
	if what == "" && b.State != Running {
		what = string(b.Kind)
	}
	suspended := ""
	if b.Suspended {
		suspended = "suspended"
	}
	return join(what, b.Module, b.Strategy, restart, name, b.Note, suspended)
}
