package conform

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bedlam-sim/bedlam/netsim"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/choice"
	"github.com/bedlam-sim/bedlam/sim/otp/global"
)

// Cases of the distributed domains run on nodes that are connected as real ones are. Where their recordings come
// from, time is real there: a step lasts until several looks in a row, some time apart, have seen no change, and a sleep
// is as much shorter as the steps before it have taken. The driver does the same in virtual time.

// pace is how often the driver looks whether all is quiet: so many times in a row, with a gap before each.
type pace struct {
	gap   time.Duration
	looks int
}

var paces = map[string]pace{
	"global": {50 * time.Millisecond, 7},
	"app":    {60 * time.Millisecond, 6},
}

func paceOf(domain string) pace {
	if p, special := paces[domain]; special {
		return p
	}
	return pace{30 * time.Millisecond, 5}
}

// What else takes real time.
const (
	meetingTime = 300 * time.Millisecond // the driver waits so long when it has connected all nodes,
	cutTime     = 100 * time.Millisecond // and so long when it has cut connections
	bootTime    = 500 * time.Millisecond // of a node
	callTime    = time.Millisecond       // of the driver's asking a node for something
)

// localLink is what connections between nodes of one machine are like.
var localLink = netsim.Link{Latency: netsim.Uniform(20*time.Microsecond, 50*time.Microsecond)}

// hostOf is the node that a case knows by a name.
func hostOf(name string) sim.Atom { return sim.Atom(name + "@localhost") }

// isCluster reports whether a case runs on nodes that could be connected.
func isCluster(c *Case) bool {
	return len(c.Nodes) > 0
}

// kernelOf decodes the parameters of the nodes' kernels.
func kernelOf(c *Case) (k sim.Kernel, err error) {
	for key, v := range c.NodeOpts {
		switch {
		case key == "prevent_overlapping_partitions" && isBool(v):
			k.AllowOverlap = v == false
		case key == "connect_all" && isBool(v):
			k.NoConnectAll = v == false
		case key == "dist_auto_connect" && v == "never":
			k.AutoConnect = sim.ConnectNever
		case key == "dist_auto_connect" && v == "once":
			k.AutoConnect = sim.ConnectOnce
		default:
			return k, &CaseError{c.Name, fmt.Sprintf("knows no node_opts of %s: %v", key, v)}
		}
	}
	return k, nil
}

func isBool(v any) bool { _, is := v.(bool); return is }

// nodeSpecs are the nodes of a case.
func nodeSpecs(c *Case) ([]sim.NodeSpec, error) {
	kernel, err := kernelOf(c)
	if err != nil {
		return nil, err
	}
	var specs []sim.NodeSpec
	for i, name := range c.Nodes {
		if name == "" || slices.Contains(c.Nodes[:i], name) {
			return nil, &CaseError{c.Name, "each node needs a name of its own"}
		}
		specs = append(specs, sim.NodeSpec{Name: hostOf(name), Cookie: cookie, Kernel: kernel})
	}
	return specs, nil
}

// The cookies of nodes that may connect, and of the two sides of a cut.
const (
	cookie   = sim.Atom("ck")
	cutHere  = sim.Atom("cut")
	cutThere = sim.Atom("cut2")
)

// connectAll connects every node to every other, one pair after the other.
func (d *driver) connectAll() {
	if d.c.Connect != nil && !*d.c.Connect || len(d.c.Nodes) < 2 {
		return
	}
	for _, a := range d.c.Nodes {
		for _, b := range d.c.Nodes {
			if a < b {
				d.at(a, func(p *sim.Proc) { p.ConnectNode(hostOf(b)) })
				d.pass(callTime)
			}
		}
	}
	d.pass(meetingTime)
}

// at has a process of the driver's own do something on a node.
func (d *driver) at(node string, do sim.Body) { d.world.SpawnAt(hostOf(node), "driver", do) }

// pass lets time pass.
func (d *driver) pass(span time.Duration) { d.advance(d.world.View().Now() + span) }

// up lists the nodes that are up.
func (d *driver) up() []string {
	var up []string
	for _, name := range d.c.Nodes {
		if d.world.View().NodeUp(hostOf(name)) {
			up = append(up, name)
		}
	}
	return up
}

// restCluster waits until nothing has changed for some looks.
func (d *driver) restCluster() error {
	gap := d.gap()
	before := ""
	for left := d.pace.looks; left > 0; left-- {
		d.pass(gap)
		if err := d.calm(); err != nil {
			return err
		}
		now := d.look()
		if now != before {
			left = d.pace.looks
		}
		before = now
	}
	d.seeOff() // the others hear of it in the next step
	return nil
}

// gap is how long the driver waits before each look of this step. On a machine that has more to do it is longer, at
// times: that is drawn, since it decides what of all that takes its time the step still shows.
func (d *driver) gap() time.Duration {
	const seldom, often = 8, 2
	if d.draws == 0 {
		d.loaded = d.draw("load", seldom) == seldom-1
	}
	if d.loaded && d.draw("look", often) == often-1 {
		return d.pace.gap * 3 / 2
	}
	return d.pace.gap
}

// draw draws what the machine that the driver runs on makes of something.
func (d *driver) draw(what string, n int) int {
	d.draws++
	return d.world.Choose(choice.Key{Domain: choice.Value, ID: choice.ID("conform", what), N: d.draws}, n)
}

// look is what the driver sees of the nodes, for comparison with its next look.
func (d *driver) look() string {
	v := d.world.View()
	var b strings.Builder
	fmt.Fprint(&b, len(d.stage.events))
	for _, name := range d.up() {
		fmt.Fprint(&b, name, v.Connected(hostOf(name)))
		if info, ok := global.Of(v, hostOf(name)); ok {
			for _, e := range info.Names {
				fmt.Fprint(&b, e.Name, " ")
			}
		}
	}
	full := 0
	for pid := range d.stage.living {
		if info, ok := v.Info(pid); ok {
			full += info.QueueLen
		}
	}
	fmt.Fprint(&b, full)
	return b.String()
}

// recordCluster writes down what the nodes know of each other.
func (d *driver) recordCluster(step *Step) {
	if d.c.Domain == "app" {
		return
	}
	v := d.world.View()
	step.Nodes = map[string][]string{}
	for _, name := range d.up() {
		step.Nodes[name] = []string{}
		for _, other := range v.Connected(hostOf(name)) {
			step.Nodes[name] = append(step.Nodes[name], d.stage.labels[other])
		}
	}
	if d.c.Domain == "global" {
		d.recordGlobal(step, v)
	}
}

func (d *driver) recordGlobal(step *Step, v sim.View) {
	step.Global, step.Locks = map[string]map[string]string{}, map[string]map[string][]string{}
	for _, name := range d.up() {
		info, _ := global.Of(v, hostOf(name))
		names := map[string]string{}
		for _, e := range info.Names {
			who := d.stage.render(e.PID)
			if e.PID.Node() == hostOf(name) && !v.Alive(e.PID) {
				who = "undefined"
			}
			names[fmt.Sprint(e.Name)] = who
		}
		step.Global[name] = names
		for _, l := range info.Locks {
			if l.Resource == any(sim.Atom("global")) {
				continue
			}
			if step.Locks[name] == nil {
				step.Locks[name] = map[string][]string{}
			}
			step.Locks[name][d.stage.render(l.Resource)] = []string{d.stage.render(l.Requester)}
		}
	}
}

// partition cuts all connections between groups, at one moment, and keeps them cut by cookies that differ. Of two groups
// the smaller does it.
func (d *driver) partition(o Op) {
	groups := d.groups(o)
	if len(groups) == 2 && len(groups[0]) > len(groups[1]) {
		groups[0], groups[1] = groups[1], groups[0]
	}
	var cut [][2]string
	for i, here := range groups {
		for _, there := range groups[i+1:] {
			for _, a := range here {
				for _, b := range there {
					cut = append(cut, [2]string{a, b})
				}
			}
		}
	}
	for _, pair := range cut {
		a, b := pair[0], pair[1]
		d.at(a, func(p *sim.Proc) { p.SetCookie(hostOf(b), cutHere) })
		d.at(b, func(p *sim.Proc) { p.SetCookie(hostOf(a), cutThere) })
	}
	d.pass(callTime)
	for i, pair := range cut {
		if i > 0 && d.loaded && d.draw("cut", 2) == 1 { // it is not one moment then
			d.pass(callTime)
		}
		d.world.Disconnect(hostOf(pair[0]), hostOf(pair[1]))
	}
	d.pass(cutTime)
}

// groups are the nodes of a partition that are up.
func (d *driver) groups(o Op) [][]string {
	up := d.up()
	var groups [][]string
	for _, row := range o.row("groups") {
		names, _ := row.([]any)
		var group []string
		for _, v := range names {
			name, _ := v.(string)
			if !slices.Contains(d.c.Nodes, name) {
				o.wrong("there is no node %v", v)
			}
			group = append(group, name)
		}
		groups = append(groups, group)
	}
	for i := range groups {
		groups[i] = slices.DeleteFunc(groups[i], func(n string) bool { return !slices.Contains(up, n) })
	}
	return groups
}

// heal lets all nodes that are up connect again.
func (d *driver) heal() {
	up := d.up()
	for _, a := range up {
		d.at(a, func(p *sim.Proc) {
			for _, b := range up {
				if a != b {
					p.SetCookie(hostOf(b), cookie)
				}
			}
		})
	}
	d.pass(callTime)
}
