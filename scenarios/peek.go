package scenarios

// Peek is the text of a key at the top of a file, be the rest of it as wrong as it may. ok is false if the file is no YAML, or
// has no such key with a text.
func Peek(src []byte, key string) (text string, ok bool) {
	top := topOf(src)
	if top == nil {
		return "", false
	}
	n := top.get(key)
	if n == nil || n.kind == mappingNode || n.kind == listNode || n.null {
		return "", false
	}
	return n.text, true
}
