package observer_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/scheduler"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp/observer"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file. Lines of code are no matter.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = regexp.MustCompile(`\.go:\d+`).ReplaceAllString(got, ".go:N")
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != got {
		t.Errorf("%v: %s is not\n%s", err, file, got)
	}
}

// atOneSecond is the plant when things are going on.
func atOneSecond(t *testing.T) *observer.Snapshot {
	t.Helper()
	w := sim.New(sim.Config{Seed: 1, Policy: scheduler.FIFO{}, ReductionCost: sim.Free, Boot: plant.Boot})
	defer w.Close()
	w.Run(time.Second)
	return observer.Look(w.View())
}

func TestGolden(t *testing.T) {
	// Each gets a snapshot of its own: sorting one shared by all left an order that hung on the map's.
	for name, print := range map[string]func(b *strings.Builder, s *observer.Snapshot) error{
		"tree.txt": func(b *strings.Builder, s *observer.Snapshot) error { return s.WriteTree(b, observer.Text{}) },
		"all.txt": func(b *strings.Builder, s *observer.Snapshot) error {
			return s.WriteTree(b, observer.Text{Colour: true, All: true})
		},
		"top.txt": func(b *strings.Builder, s *observer.Snapshot) error {
			s.Sort(observer.ByMailbox)
			return s.WriteTop(b, 6, true, observer.Text{})
		},
		"names.txt": func(b *strings.Builder, s *observer.Snapshot) error {
			s.Sort(observer.ByName)
			return s.WriteTop(b, 0, false, observer.Text{})
		},
		"timers.txt":   func(b *strings.Builder, s *observer.Snapshot) error { return s.WriteTimers(b, 0, observer.Text{}) },
		"timers_1.txt": func(b *strings.Builder, s *observer.Snapshot) error { return s.WriteTimers(b, 1, observer.Text{}) },
		"snapshot.json": func(b *strings.Builder, s *observer.Snapshot) error {
			e := json.NewEncoder(b)
			e.SetIndent("", " ")
			e.SetEscapeHTML(false)
			return e.Encode(s)
		},
	} {
		var b strings.Builder
		if err := print(&b, atOneSecond(t)); err != nil {
			t.Error(err)
		}
		golden(t, name, b.String())
	}
}

// A snapshot is plain data: it survives JSON, and the world that it was made of.
func TestSnapshotsArePlainData(t *testing.T) {
	s := atOneSecond(t)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var again observer.Snapshot
	if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(*s, again) {
		t.Errorf("%v: %s", err, text)
	}
}

func TestSort(t *testing.T) {
	s := atOneSecond(t)
	s.Sort(observer.ByReductions)
	for i := range s.Processes[1:] {
		if s.Processes[i].Reductions < s.Processes[i+1].Reductions {
			t.Errorf("%v before %v", s.Processes[i], s.Processes[i+1])
		}
	}
}

func TestProcess(t *testing.T) {
	s := atOneSecond(t)
	byName, ok := s.Process("north")
	byPID, ok2 := s.Process(byName.PID)
	if !ok || !ok2 || !reflect.DeepEqual(byName, byPID) {
		t.Errorf("%v, %v", byName, byPID)
	}
	if _, ok := s.Process("nobody"); ok {
		t.Error("there is nobody")
	}
}

func TestGone(t *testing.T) {
	s := atOneSecond(t)
	s.Gone("local", "sewer", sim.PID{})
	if b := s.Nodes[0].Tree[0]; b.ID != "sewer" || b.State != observer.Undefined {
		t.Errorf("%v", b)
	}
}

// Looking changes nothing: a run that is looked at now and then is that which is not.
func TestLookingChangesNothing(t *testing.T) {
	for seed := range uint64(12) {
		cfg := sim.Config{Seed: seed, Boot: plant.Boot}
		if seed%3 == 0 {
			cfg.Policy = scheduler.FIFO{}
		}
		const long = 5 * time.Second
		w := sim.New(cfg)
		want := w.Run(long)
		w.Close()

		w = sim.New(cfg)
		got := sim.Result{Stop: sim.StopTime}
		for got.Stop == sim.StopTime && got.Now < long {
			got = w.Run(min(time.Duration(7+seed)*9*time.Millisecond, long-got.Now))
			observer.Look(w.View())
		}
		w.Close()
		if got.Hash != want.Hash || got.Events != want.Events || got.Now != want.Now {
			t.Errorf("seed %d: %v, want %v", seed, got, want)
		}
	}
}

// Everybody who lives stands in a tree, once.
func TestEverybodyStandsInATree(t *testing.T) {
	for _, at := range []time.Duration{0, time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second} {
		w := sim.New(sim.Config{Seed: 5, Boot: plant.Boot})
		w.Run(at)
		s := observer.Look(w.View())
		w.Close()
		seen := map[string]int{}
		for _, n := range s.Nodes {
			count(n.Tree, seen)
		}
		for _, p := range s.Processes {
			if seen[p.PID] != 1 {
				t.Errorf("at %v %s stands in the trees %d times", at, p.PID, seen[p.PID])
			}
			delete(seen, p.PID)
		}
		if len(seen) > 0 {
			t.Errorf("at %v there are %v in the trees and not in the table", at, seen)
		}
	}
}

func count(all []*observer.Branch, seen map[string]int) {
	for _, b := range all {
		if b.PID != "" {
			seen[b.PID]++
		}
		count(b.Children, seen)
	}
}
