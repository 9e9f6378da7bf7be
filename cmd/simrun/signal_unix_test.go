//go:build unix

package main

import "syscall"

func signalSelf(s syscall.Signal) { syscall.Kill(syscall.Getpid(), s) }
