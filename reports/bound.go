package reports

import (
	"math"
	"strconv"
)

// UpperBound is the failure rate that n runs without failure exclude with 95 % confidence: the greatest p
// with (1-p)^n >= 5 %. From 30 runs on it is close to 3/n, the rule of three.
func UpperBound(n int) float64 {
	if n <= 0 {
		return 1
	}
	return 1 - math.Pow(0.05, 1/float64(n))
}

// z is the quantile of the normal distribution for an interval of 95 %.
const z = 1.959964

// Wilson is the interval in which the failure rate lies with 95 % confidence after failed of n runs failed.
// Unlike the textbook's it stays between 0 and 1 and is right for few runs and for rare failures.
func Wilson(failed, n int) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	runs := float64(n)
	p := float64(failed) / runs
	middle := p + z*z/(2*runs)
	half := z * math.Sqrt(p*(1-p)/runs+z*z/(4*runs*runs))
	scale := 1 + z*z/runs
	return max(0, (middle-half)/scale), min(1, (middle+half)/scale)
}

// percent prints a share with two digits that count: 1.5 %, 0.15 %, 43 %, 100 %. toward rounds the last of
// them: a bound that was rounded to the wrong side would claim too much.
func percent(share float64, toward func(float64) float64) string {
	x := share * 100
	if x == 0 {
		return "0 %"
	}
	x, digits := toTwoDigits(x, toward)
	_, digits = toTwoDigits(x, toward) // 0.0998 has become 0.1, which has a digit less
	return strconv.FormatFloat(x, 'f', digits, 64) + " %"
}

// toTwoDigits rounds to two digits that count, and says how many of them stand behind the point.
func toTwoDigits(x float64, toward func(float64) float64) (rounded float64, digits int) {
	digits = min(max(1-int(math.Floor(math.Log10(x))), 0), 9)
	scale := math.Pow10(digits)
	return toward(x*scale) / scale, digits
}
