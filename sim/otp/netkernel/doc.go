// Package netkernel is what the kernel application of an Erlang node has running for the network, and net_adm:ping.
//
//	sim.Config{
//		Nodes: []sim.NodeSpec{{Name: "a"}, {Name: "b"}},
//		Boot: func(p *sim.Proc) {
//			netkernel.Kernel(p)
//			…
//		},
//	}
//
// What else OTP's net_kernel is asked is a method of sim.Proc: ConnectNode, DisconnectNode, MonitorNode, MonitorNodes,
// SetCookie. How often nodes tick is said in sim.NodeSpec, and SetNetTicktime changes it.
package netkernel
