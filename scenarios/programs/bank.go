package programs

import (
	"fmt"
	"time"

	"github.com/bedlam-sim/bedlam/scenarios"
	"github.com/bedlam-sim/bedlam/sim"
	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/otp/genserver"
)

// A bank whose clerks read two balances, calculate, and write them back: between the two another clerk may
// have written. It is a canary, a bug planted to see that it is found. Clerks who are careful have the bank do
// the transfer in one step: the repaired twin.

func init() {
	all["bank.Bank"] = scenarios.Program{
		About: "Keeps accounts.",
		Params: []scenarios.Param{
			{Name: "accounts", Type: scenarios.IntType, Default: "10", Least: 2, Most: 1000, About: "how many; numbered from 0"},
			{Name: "balance", Type: scenarios.IntType, Default: "100", Most: 1_000_000_000, About: "of each at first"},
		},
		Requests: []scenarios.Request{{Name: "total", Call: true, About: "answers the sum of all accounts", Message: func(scenarios.Args) any { return bankTotal{} }}},
		New: func(s scenarios.Setting) genserver.Server {
			return newBank(int(arg[int64](s.Args, "accounts")), arg[int64](s.Args, "balance"))
		},
	}
	all["bank.Clerk"] = scenarios.Program{
		About: "Transfers money between accounts that it draws, again and again.",
		Params: []scenarios.Param{
			{Name: "bank", Type: scenarios.ProcessType, Required: true, About: "whose accounts"},
			{Name: "every", Type: scenarios.DrawnType, Default: "1s", Least: 1, About: "the time between two transfers"},
			{Name: "careful", Type: scenarios.BoolType, Default: "false", About: "whether the bank does a transfer in one step"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &clerk{setting: s, every: arg[scenarios.Drawn](s.Args, "every"), careful: arg[bool](s.Args, "careful")}
		},
	}
	all["bank.Auditor"] = scenarios.Program{
		About: "Adds up all accounts now and then. If the sum is not as at first it exits with money_lost or money_made.",
		Params: []scenarios.Param{
			{Name: "bank", Type: scenarios.ProcessType, Required: true, About: "whose accounts"},
			{Name: "every", Type: scenarios.DurationType, Default: "1s", Least: 1, About: "how often"},
		},
		New: func(s scenarios.Setting) genserver.Server {
			return &auditor{setting: s, every: arg[time.Duration](s.Args, "every")}
		},
	}
}

type (
	bankAccounts struct{ otp.Returns[int] }
	bankRead     struct {
		otp.Returns[int64]
		Account int
	}
	// bankWrite writes two balances in one step, whatever they were.
	bankWrite struct {
		otp.Returns[sim.Atom]
		From, To       int
		FromNow, ToNow int64
	}
	bankTransfer struct {
		otp.Returns[sim.Atom]
		From, To int
		Amount   int64
	}
	bankTotal struct{ otp.Returns[int64] }
)

type bank struct {
	genserver.Base
	accounts []int64
}

func newBank(accounts int, balance int64) *bank {
	b := &bank{accounts: make([]int64, accounts)}
	for i := range b.accounts {
		b.accounts[i] = balance
	}
	return b
}

// HandleCall does what clerks and auditors ask.
func (b *bank) HandleCall(p *sim.Proc, req any, from otp.From) genserver.Result {
	switch r := req.(type) {
	case bankAccounts:
		return genserver.Reply(r, len(b.accounts))
	case bankRead:
		return genserver.Reply(r, b.accounts[r.Account])
	case bankWrite:
		b.accounts[r.From], b.accounts[r.To] = r.FromNow, r.ToNow
		return genserver.Reply(r, ok)
	case bankTransfer:
		b.accounts[r.From] -= r.Amount
		b.accounts[r.To] += r.Amount
		return genserver.Reply(r, ok)
	case bankTotal:
		var sum int64
		for _, x := range b.accounts {
			sum += x
		}
		return genserver.Reply(r, sum)
	}
	return b.Base.HandleCall(p, req, from)
}

type clerk struct {
	genserver.Base
	setting scenarios.Setting
	every   scenarios.Drawn
	careful bool
}

// Init goes to work.
func (s *clerk) Init(p *sim.Proc) genserver.InitResult {
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.Ok()
}

// HandleInfo makes a transfer.
func (s *clerk) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	bank := s.setting.Address("bank")
	n := mustAsk(p, bank, bankAccounts{}).(int)
	from := p.Rand(n)
	to := (from + 1 + p.Rand(n-1)) % n
	amount := int64(1 + p.Rand(20))
	if s.careful {
		mustAsk(p, bank, bankTransfer{From: from, To: to, Amount: amount})
	} else {
		there := mustAsk(p, bank, bankRead{Account: from}).(int64)
		here := mustAsk(p, bank, bankRead{Account: to}).(int64)
		mustAsk(p, bank, bankWrite{From: from, To: to, FromNow: there - amount, ToNow: here + amount})
	}
	p.SendAfter(s.every.Draw(p.Rand), p.Self(), tick)
	return genserver.NoReply()
}

type auditor struct {
	genserver.Base
	setting scenarios.Setting
	every   time.Duration
	first   int64
	known   bool
}

// Init sets the first timer.
func (s *auditor) Init(p *sim.Proc) genserver.InitResult {
	return genserver.Ok().Continue(tick)
}

// HandleContinue adds up, once the auditor has started.
func (s *auditor) HandleContinue(p *sim.Proc, _ any) genserver.Result { return s.audit(p) }

// HandleInfo adds up.
func (s *auditor) HandleInfo(p *sim.Proc, msg any) genserver.Result {
	if msg != any(tick) {
		return s.Base.HandleInfo(p, msg)
	}
	return s.audit(p)
}

func (s *auditor) audit(p *sim.Proc) genserver.Result {
	sum := mustAsk(p, s.setting.Address("bank"), bankTotal{}).(int64)
	switch {
	case !s.known:
		s.first, s.known = sum, true
	case sum < s.first:
		p.Trace("the accounts hold", fmt.Sprintf("%d less than at first", s.first-sum))
		return genserver.Stop(sim.Atom("money_lost"))
	case sum > s.first:
		p.Trace("the accounts hold", fmt.Sprintf("%d more than at first", sum-s.first))
		return genserver.Stop(sim.Atom("money_made"))
	}
	p.SendAfter(s.every, p.Self(), tick)
	return genserver.NoReply()
}
