package scenarios_test

import (
	"fmt"
	"strings"

	"github.com/bedlam-sim/bedlam/scenarios"
)

// dump prints what a scenario says, with all defaults, for golden files.
func dump(s *scenarios.Scenario) string {
	var b strings.Builder
	d := scenarios.FormatDuration
	fmt.Fprintf(&b, "%s %q %q\nrun %v (%d) for %s %s swarm %t events %d cost %s\n", s.Name, s.About, s.Tags, s.Run.Seeds, s.Run.Seeds.Len(), d(s.Run.For), s.Run.Policy, s.Run.Swarm, s.Run.Limits.Events, d(s.Run.Cost))
	dumpCluster(&b, s)
	for _, a := range s.Apps {
		dumpApp(&b, a)
	}
	for _, top := range s.Trees {
		top.Each(func(c *scenarios.Child) { dumpChild(&b, c) })
	}
	for _, w := range s.Workloads {
		if len(w.On) > 0 {
			fmt.Fprintf(&b, "on %v ", w.On)
		}
		fmt.Fprintf(&b, "%v workload %q to %v%s × %d call %t %s%s %s..%s every %v at %v timeout %s\n", w.Pos, w.Name, w.To, targets(w.Targets), w.Count, w.Call, w.Request, args(w.With), d(w.Start), d(w.Stop), w.Every, w.At, d(w.Timeout))
	}
	for _, f := range s.Faults {
		fmt.Fprintf(&b, "%v fault %q at %v every %v between %v %s %v%s pick %v reason %v times %d\n", f.Pos, f.Name, f.At, f.Every, f.Between, f.Kind, f.Select, targets(f.Targets), f.Pick, f.Reason, f.Times)
		for _, a := range f.On {
			fmt.Fprintf(&b, "  on %v@%v of %v@%v\n", a, a.Pos, a.Of, a.Of.Pos)
		}
		if x := f.Trouble; len(s.Nodes) > 0 {
			x.Clock.Place = scenarios.Place{}
			fmt.Fprintf(&b, "  %+v\n", x)
		}
		if u := f.Upgrade; f.Kind == scenarios.UpgradeCode {
			fmt.Fprintf(&b, "  %v: %q of %q order %s gap %v timeout %s brutal %t\n", &u, u.Modules, u.App, u.Order, u.Gap, d(u.Timeout), u.Brutal)
		}
	}
	for _, x := range s.Expect {
		fmt.Fprintf(&b, "%v rule %q %s %v within %s after %v; facts", x.Pos, x.Name, x.Kind, x.Cond, d(x.Within), x.After)
		scenarios.EachFact(x.Cond, func(f scenarios.Fact) { fmt.Fprintf(&b, " %s@%v", f.Name, f.Pos) })
		b.WriteString("\n")
	}
	if x := s.Repro; x != nil {
		fmt.Fprintf(&b, "%v repro %v fails %q hash %016x digest %v\n%s", x.Pos, x, x.Fails, x.Hash, x.Digest, x.Plan.Format())
	}
	return b.String()
}

func dumpCluster(b *strings.Builder, s *scenarios.Scenario) {
	for _, n := range s.Nodes {
		x := *n
		x.Place = scenarios.Place{}
		x.Clock.Place = scenarios.Place{}
		fmt.Fprintf(b, "%v node %+v\n", n.Pos, x)
	}
	if net := s.Network; len(s.Nodes) > 0 {
		fmt.Fprintf(b, "network %v connect %+v reconnect %v\n", net.Link, net.Connect, net.Reconnect)
		for _, w := range net.Links {
			fmt.Fprintf(b, "%v wire %v %s %s: %v\n", w.Pos, w.Between, w.From, w.To, w.Link)
		}
	}
}

func dumpApp(b *strings.Builder, a *scenarios.App) {
	if len(a.On) > 0 {
		fmt.Fprintf(b, "on %v ", a.On)
	}
	fmt.Fprintf(b, "%v application %s %s deps", a.Pos, a.Name, a.Type)
	for _, d := range a.Deps {
		fmt.Fprintf(b, " %s@%v", d.Name, d.Pos)
	}
	b.WriteString(" env")
	for _, x := range a.Env {
		fmt.Fprintf(b, " %s=%v@%v", x.Key, x.Value, x.Pos)
	}
	if a.Tree != nil {
		fmt.Fprintf(b, " tree %s", a.Tree.Path)
	}
	b.WriteString("\n")
}

func dumpChild(b *strings.Builder, c *scenarios.Child) {
	d := scenarios.FormatDuration
	if len(c.On) > 0 {
		fmt.Fprintf(b, "on %v ", c.On)
	}
	fmt.Fprintf(b, "%v %s %s name %q", c.Pos, c.Path, c.Type, c.Name)
	if c.Type == scenarios.Worker {
		fmt.Fprintf(b, " start %s%s", c.Start, args(c.With))
	} else {
		fmt.Fprintf(b, " %s %d in %s auto %s count %d", c.Strategy, c.Intensity, d(c.Period), c.AutoShutdown, c.Count)
	}
	if c.Parent != nil {
		fmt.Fprintf(b, " restart %s shutdown %s significant %t", c.Restart, d(c.Shutdown), c.Significant)
	}
	b.WriteString("\n")
}

func args(as scenarios.Args) string {
	var b strings.Builder
	for _, a := range as {
		fmt.Fprintf(&b, " %s=%s", a.Name, scenarios.FormatValue(a.Value))
	}
	return b.String()
}

func targets(cs []*scenarios.Child) string {
	paths := make([]string, len(cs))
	for i, c := range cs {
		paths[i] = c.Path
	}
	return fmt.Sprint(paths)
}
