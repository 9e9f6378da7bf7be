package scenarios

// Parse reads and checks a scenario file. file is its name for messages; programs is what it can start (nil: nothing).
// If there are no diagnostics the Scenario is right and complete, otherwise it is nil.
func Parse(file string, src []byte, programs Programs) (*Scenario, Diagnostics) {
	text := string(src)
	if rest := len(src) - len(byteOrderMark); rest >= 0 && text[:len(byteOrderMark)] == byteOrderMark {
		text = text[len(byteOrderMark):]
	}
	if programs == nil {
		programs = noPrograms{}
	}
	r := &reader{src: newSource(file, text), programs: programs, grammar: theGrammar, torn: map[string]bool{}}
	s := &Scenario{File: file, src: r.src}
	if n := r.document([]byte(text)); n != nil {
		readTable(r, &r.grammar.file, n, s, &s.Place)
		r.treesOnce(n, s)
		r.tearUnread(n)
		r.check(s)
	}
	if list := r.list.sorted(); len(list) > 0 {
		return nil, list
	}
	return s, nil
}

// byteOrderMark is what some editors begin a file with. It is no part of the text.
const byteOrderMark = "\ufeff"

type noPrograms struct{}

// Lookup finds nothing.
func (noPrograms) Lookup(string) (Program, bool) { return Program{}, false }

// Names lists nothing.
func (noPrograms) Names() []string { return nil }
