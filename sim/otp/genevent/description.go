package genevent

import (
	"slices"
	"strings"

	"github.com/bedlam-sim/bedlam/sim/otp"
	"github.com/bedlam-sim/bedlam/sim/term"
)

// Describe tells which handlers the manager has, the newest first, to those who look at the world from outside.
func (m *manager) Describe(d *otp.Description) {
	m.Core.Describe(d)
	var ids []string
	for _, h := range slices.Backward(m.handlers) {
		ids = append(ids, term.Format(h.id))
	}
	if len(ids) > 0 {
		d.Note = "handlers " + strings.Join(ids, ", ")
	}
}
