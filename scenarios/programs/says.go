package programs

import "github.com/bedlam-sim/bedlam/sim"

// says is what the programs say, to others, to themselves and in answer, by the words that faults wait for. What is not here
// says nothing but what OTP does, and plain numbers. A test hears all of the library and knows of no other message.
var says = map[string]map[string]any{
	"bank.Clerk": {
		"tick": tick, "accounts": bankAccounts{}, "read": bankRead{}, "write": bankWrite{}, "transfer": bankTransfer{},
	},
	"bank.Auditor":        {"tick": tick, "total": bankTotal{}},
	"chat.Rooms":          {"line": chatLine{}},
	"chat.Session":        {"tick": tick, "join": chatJoin{}, "publish": chatPublish{}},
	"chat.Census":         {"tick": tick, "members": chatMember{}},
	"chat.Door":           {"tick": tick, "opened": doorAnswer{}, "join": chatJoin{}, "publish": chatPublish{}},
	"chat.Guest":          {"tick": tick},
	"child.Parent":        {"result": sumResult{}},
	"cluster.Auditor":     {"tick": tick, "shards": shardsOf{}},
	"counter.Auditor":     {"tick": tick, "increment": increment{}},
	"counter.Reader":      {"tick": tick, "value": counterValue{}},
	"counter.Teller":      {"tick": tick, "ask": asking, "value": counterValue{}, "increment": increment{}, "increment_once": incrementOnce{}},
	"door.Lock":           {"view": doorView{}, "opened": sim.Atom("opened"), "denied": denied},
	"door.Watch":          {"tick": tick, "state": doorAsk{}},
	"echo.Server":         {"later": echoLater{}},
	"events.Auditor":      {"tick": tick, "audit": eventAudit{}},
	"events.Owner":        {"tick": tick},
	"iot.Device":          {"hello": iotHello{}, "bye": iotBye{}},
	"iot.Registry":        {"tick": tick},
	"kv.Auditor":          {"tick": tick, "get": kvGet{}, "put": kvPut{}},
	"kv.Logger":           {"tick": tick, "size": kvSize},
	"leader.Candidate":    {"tick": tick, "open": diskOpen{}, "write": diskWrite{}, "close": diskClose{}},
	"leader.Disk":         {"fenced": fenced},
	"phone.Line":          {"ended": sim.Atom("ended"), "cancelled": sim.Atom("cancelled")},
	"phone.Switch":        {"dial": phoneDial{}},
	"pingpong.Player":     {"ping": ping{}, "pong": pong{}},
	"quorum.Counter":      {"promise": quorumPromise{}, "keep": quorumKeep{}, "no_majority": noMajority},
	"quorum.Keeper":       {"kept": kept{}},
	"rate.Customer":       {"tick": tick, "request": rateRequest{}, "status": rateStatus{}},
	"rate.Limiter":        {"request": rateRequest{}, "denied": denied},
	"rate.Service":        {"denied": denied},
	"registry.Dispatcher": {"job": groupJob{}},
	"replica.Auditor":     {"tick": tick, "increment": replicaAdd{}},
	"replica.Counter":     {"tick": tick, "tell": replicaTell, "get": replicaGet{}, "set": replicaSet{}, "not_leader": sim.Atom("not_leader")},
	"ring.Master":         {"done": ringDone{}},
	"ring.Node":           {"token": ringToken{}},
	"tolerant.Auditor":    {"tick": tick},
	"web.Front":           {"get": kvGet{}, "line": logLine{}},
	"web.Socket":          {"query": query{}},
}
