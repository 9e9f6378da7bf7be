//go:build !unix

package main

import "syscall"

func signalSelf(syscall.Signal) { panic("no process can be sent a signal here") }
