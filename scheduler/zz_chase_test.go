package scheduler
import ("testing";"fmt";"os";"container/heap";"math/rand")
type hn struct{when Time; seq uint64; a any}
type hp []hn
func (h hp) Len() int {return len(h)}
func (h hp) Less(i,j int) bool {return h[i].when<h[j].when || h[i].when==h[j].when&&h[i].seq<h[j].seq}
func (h hp) Swap(i,j int) {h[i],h[j]=h[j],h[i]}
func (h *hp) Push(x any) {*h=append(*h,x.(hn))}
func (h *hp) Pop() any {o:=*h;x:=o[len(o)-1];*h=o[:len(o)-1];return x}
func TestZZChase(t *testing.T) {
	if os.Getenv("ZZ")=="" {t.Skip()}
	for _, sz := range []int{1,4,16,48,64} {
	n := sz<<20/48
	nodes := make([]node, n)
	p := rand.Perm(n)
	for i := range p { nodes[p[i]].next = uint32(p[(i+1)%n]) }
	for r:=0;r<2;r++ { c:=cpu(); x:=uint32(0); for i:=0;i<3e6;i++ { x=nodes[x].next }; zsink+=uint64(x)
	fmt.Printf("chase %d MB %.1f\n", sz, (cpu()-c)/3e6) } }
	h := &hp{}; seq:=uint64(0)
	for i:=0;i<1e6;i++ { seq++; *h=append(*h,hn{Time(rand.Int63n(1e9)),seq,nil}) }
	heap.Init(h)
	for r:=0;r<3;r++ { c:=cpu(); for i:=0;i<1e6;i++ { x:=(*h)[0]; seq++; (*h)[0]=hn{x.when+Time(rand.Int63n(1e9)),seq,nil}; heap.Fix(h,0) }
	fmt.Printf("heap.Fix 1M %.1f\n", (cpu()-c)/1e6) }
}
