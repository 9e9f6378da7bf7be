// Package layers holds the house to its floors. It has no code of its own: its test reads the imports of
// every package and fails where one reaches sideways or up, or through a door that is not its own; another sees to it that
// the rules of OTP which are cited are written down.
package layers
