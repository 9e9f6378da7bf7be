package reports_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/bedlam-sim/bedlam/reports"
)

func TestAvailability(t *testing.T) {
	for _, c := range []struct {
		answered, failed, nines int
		text                    string
	}{
		{0, 0, 0, "no calls"},
		{0, 3, 0, "0.00 % of 3 calls answered: 0 nines"},
		{9, 1, 1, "90.00 % of 10 calls answered: 1 nine"},
		{8, 1, 0, "88.88 % of 9 calls answered: 0 nines"},
		{998, 2, 2, "99.80 % of 1000 calls answered: 2 nines"},
		{999, 1, 3, "99.90 % of 1000 calls answered: 3 nines"},
		{19999, 1, 4, "99.995 % of 20000 calls answered: 4 nines"},
		{99999999, 1, 8, "99.9999990 % of 100000000 calls answered: 8 nines"},
		{9999999999, 1, 10, "99.9999999 % of 10000000000 calls answered: 10 nines"}, // it is never 100 % if one failed
		{5, 0, 0, "100 % of 5 calls answered: 0 nines or more"},
		{380, 0, 2, "100 % of 380 calls answered: 2 nines or more"},
	} {
		a := reports.Availability{Answered: c.answered, Failed: c.failed}
		if a.Nines() != c.nines || a.String() != c.text {
			t.Errorf("%+v: %d nines, %s", a, a.Nines(), a)
		}
	}
}

// The figure of a scenario is that of all its calls, not the mean of its runs.
func TestAvailability_isReported(t *testing.T) {
	s := &reports.Summary{Scenario: "exchange", File: "exchange.sim.yaml", Seeds: "1..3", Asked: 3, For: time.Minute}
	for seed := range 3 {
		r := passing(uint64(seed + 1))
		r.Workloads = []reports.Workload{
			{Name: "callers", Clients: 12, Sent: 501, Replies: 499 + seed/2, Timeouts: 1 - seed/2, Waiting: 1},
			{Name: "engineers", Clients: 1, Sent: 7},
			{Name: "operators", Clients: 2, Sent: 10, Replies: 8, Timeouts: 1, Errors: 1},
		}
		s.Add(r)
	}
	var b bytes.Buffer
	reports.Text{}.Scenario(&b, s)
	golden(t, "availability.txt", b.Bytes())
	b.Reset()
	reports.JSON{W: &b}.ScenarioEnd(s)
	var line struct {
		Availability struct {
			Answered, Failed, Nines int
			Percent                 float64
		}
		Workloads []reports.Workload
	}
	if err := json.Unmarshal(b.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	if a := line.Availability; a.Answered != 1522 || a.Failed != 8 || a.Nines != 2 || a.Percent != 99.47 || len(line.Workloads) != 3 {
		t.Errorf("%+v", line)
	}
}
