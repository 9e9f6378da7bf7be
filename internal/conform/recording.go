package conform

// Recording is what a case did, as far as it can be observed.
type Recording struct {
	Name  string   `json:"name"`
	Steps []Step   `json:"steps"`
	Alive []string `json:"alive"` // at the end, sorted
}

// Step is what one step did. Terms are printed.
type Step struct {
	I      int                            `json:"i"`
	T      int                            `json:"t"` // virtual time in ms
	Res    []string                       `json:"res,omitempty"`
	Late   map[string][]string            `json:"late,omitempty"` // results of earlier steps, by number
	Dead   map[string]string              `json:"dead,omitempty"` // who died, and why
	Mail   map[string][]string            `json:"mail,omitempty"` // what is new in a puppet's mailbox
	Log    [][2]string                    `json:"log,omitempty"`  // who, what
	Nodes  map[string][]string            `json:"nodes,omitzero"`
	Global map[string]map[string]string   `json:"global,omitzero"`
	Locks  map[string]map[string][]string `json:"locks,omitzero"`
}
