package conform

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Line is a line of a file of recordings: a case, what it did on real OTP, and on which.
type Line struct {
	Case      Case      `json:"case"`
	OTP       string    `json:"otp"` // "25", "27", or "any" of the two
	Recording Recording `json:"recording"`
	Number    int       `json:"-"` // where the line stood in its file, from 1
}

// Case is a small program: puppets and what they do step by step.
type Case struct {
	Name     string         `json:"name"`
	Domain   string         `json:"domain"`
	Procs    []string       `json:"procs"`
	Steps    []Op           `json:"steps"`
	Nodes    []string       `json:"nodes,omitempty"`
	Connect  *bool          `json:"connect,omitempty"`
	NodeOpts map[string]any `json:"node_opts,omitempty"`
}

// Read reads a file of recordings, one JSON object a line. An error says which line is wrong, and the lines
// before it are returned.
func Read(r io.Reader) ([]Line, error) {
	var lines []Line
	in := bufio.NewReader(r)
	for number := 1; ; number++ {
		text, err := in.ReadBytes('\n')
		if text = bytes.TrimSpace(text); len(text) > 0 {
			line, err := readLine(text, number)
			if err != nil {
				return lines, fmt.Errorf("line %d: %w", number, err)
			}
			lines = append(lines, line)
		}
		if errors.Is(err, io.EOF) {
			return lines, nil
		}
		if err != nil {
			return lines, fmt.Errorf("line %d: %w", number, err)
		}
	}
}

func readLine(text []byte, number int) (Line, error) {
	line := Line{Number: number}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&line); err != nil {
		return line, err
	}
	return line, line.check()
}

// check refuses what could not be run.
func (l *Line) check() error {
	c := &l.Case
	switch {
	case c.Name == "":
		return errors.New("the case has no name")
	case len(c.Procs) == 0:
		return fmt.Errorf("case %s has no procs", c.Name)
	case l.OTP != "25" && l.OTP != "27" && l.OTP != "any":
		return fmt.Errorf("case %s: otp wants 25, 27 or any, not %q", c.Name, l.OTP)
	}
	for i, op := range c.Steps {
		if op.name() == "" {
			return fmt.Errorf("case %s: step %d has no op", c.Name, i)
		}
	}
	return nil
}
