package suite

// odometer goes through all answers to a series of questions, each series once, the last question turning fastest.
type odometer struct {
	digits []digit
	at     int
	tried  int
}

type digit struct{ now, of int }

// most is how many series are tried before one gives up.
const most = 4000

func (o *odometer) begin() { o.digits, o.at, o.tried = o.digits[:0], 0, 0 }

// pick answers a question that has n answers.
func (o *odometer) pick(n int) int {
	if n < 2 {
		return 0
	}
	if o.at == len(o.digits) {
		o.digits = append(o.digits, digit{0, n})
	}
	o.at++
	return o.digits[o.at-1].now
}

// next turns to the next series; false if that was the last.
func (o *odometer) next() bool {
	o.at = 0
	o.tried++
	for len(o.digits) > 0 {
		last := &o.digits[len(o.digits)-1]
		if last.now++; last.now < last.of {
			return true
		}
		o.digits = o.digits[:len(o.digits)-1]
	}
	return false
}

func (o *odometer) spent() bool { return o.tried > most }
