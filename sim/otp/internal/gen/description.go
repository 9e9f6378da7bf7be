package gen

import "github.com/bedlam-sim/bedlam/sim/otp"

// Describe tells what the core knows.
func (c *Core) Describe(d *otp.Description) {
	d.Behaviour, d.Suspended = c.Spec.Behaviour, c.suspended
}
