package term

import "reflect"

// objects are what a message has of pointers and maps, so that two ways to one object stay two ways to one.
// Few are the rule: a table of places is begun only when a look through them all would take longer.
type objects struct {
	list  []object
	index map[seenAt]int
}

// object is a pointer or a map that has been copied, or is being copied.
type object struct {
	at     seenAt
	copy   reflect.Value
	answer any   // of its Cross method, if it has one
	size   int64 // of all it leads to; while it is being copied, that of nil
}

const (
	fewObjects  = 16
	keptObjects = 1024 // a longer list is not kept for the next message
)

func placeOf(v reflect.Value) seenAt { return seenAt{v.Pointer(), v.Type()} }

func (o *objects) find(src reflect.Value) *object {
	if len(o.list) == 0 {
		return nil
	}
	at := placeOf(src)
	if o.index != nil {
		if i, ok := o.index[at]; ok {
			return &o.list[i]
		}
		return nil
	}
	for i := range o.list {
		if o.list[i].at == at {
			return &o.list[i]
		}
	}
	return nil
}

// add enters an object before what it leads to is copied, for that may lead back to it.
func (o *objects) add(src, copied reflect.Value) int {
	me := len(o.list)
	o.list = append(o.list, object{at: placeOf(src), copy: copied, size: sizeNone})
	switch {
	case o.index != nil:
		o.index[o.list[me].at] = me
	case me == fewObjects:
		o.index = make(map[seenAt]int, 4*fewObjects)
		for i := range o.list {
			o.index[o.list[i].at] = i
		}
	}
	return me
}

// weigh notes what object i weighs. The limit keeps an object that is met again and again from overflowing.
func (o *objects) weigh(i int, size int64) { o.list[i].size = min(size, maxSize) }

func (o *objects) clear() {
	o.index = nil
	if cap(o.list) > keptObjects {
		o.list = nil
		return
	}
	clear(o.list)
	o.list = o.list[:0]
}
