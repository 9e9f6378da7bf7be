package sim

import "fmt"

// SocketInfo is what can be seen of a socket from outside.
type SocketInfo struct {
	ID       Port
	Owner    PID // zero if it has been closed and is still busy, or has not been accepted yet
	State    SocketState
	Here     Endpoint
	There    Endpoint
	Unsent   int // bytes that are not known to have arrived
	Buffered int // bytes that have not been read
}

// Sockets lists the sockets of the world that are not over, by the order of nodes and then of age.
func (v View) Sockets() []SocketInfo {
	list := append([]*Socket(nil), v.w.tcp.sockets...)
	sortSockets(list)
	infos := make([]SocketInfo, len(list))
	for i, s := range list {
		infos[i] = SocketInfo{s.id, s.Owner(), s.state, s.here, s.there, s.Unsent(), s.Buffered()}
	}
	return infos
}

var socketStates = [...]string{"", "listening", "connecting", "arriving", "open", "over"}

// String is the state's word.
func (k SocketState) String() string {
	if int(k) < len(socketStates) {
		return socketStates[k]
	}
	return fmt.Sprintf("state %d", uint8(k))
}
