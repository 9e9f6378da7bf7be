package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/bedlam-sim/bedlam"

// floors is a statement of policy. A package imports only from floors below its own. DO NOT CHANGE THIS
// TABLE TO MAKE A BUILD PASS; a change wants a reason, in the commit and in ARCHITECTURE.md.
//
// The behaviours under sim/otp are one floor with steps of its own: each may use those named before it.
var floors = [][]string{
	{"sim/term", "sim/choice", "internal/coro", "internal/mutant", "internal/layers"},
	{"scheduler", "netsim", "sim/trace"},
	{"sim", "reports"},
	{"sim/otp", "sim/otp/sys", "sim/otp/internal/gen", "sim/otp/genserver", "sim/otp/genstatem", "sim/otp/genevent", "sim/otp/supervisor", "sim/otp/application", "sim/otp/timer", "sim/otp/code", "sim/otp/global", "sim/otp/pg", "sim/otp/rpc", "sim/otp/netkernel", "sim/otp/gentcp", "sim/otp/observer", "sim/fault", "sim/check", "sim/check/linear", "sim/plan"},
	{"scenarios", "scenarios/programs", "scenarios/scenariotest", "sim/simtest", "internal/conform", "internal/bench", "internal/suite"},
	{"cmd/simrun"},
}

// steps are the floors on which a package may use those named before it.
var steps = map[int]bool{3: true, 4: true}

// soleImporters are the doors: only these packages may import what stands before the colon.
var soleImporters = map[string][]string{
	"os":                      {"cmd/simrun", "sim/simtest"}, // simtest keeps failing plans in testdata
	"os/exec":                 {"cmd/simrun"},
	"os/signal":               {"cmd/simrun"},
	"math/rand":               {},
	"math/rand/v2":            {},
	"crypto/rand":             {},
	"hash/maphash":            {},
	"sync":                    {"cmd/simrun", "sim/simtest"},
	"sync/atomic":             {"cmd/simrun", "sim/simtest"},
	"unsafe":                  {},
	module + "/internal/coro": {"sim"},
}

// pure packages, and those below sim/otp, use the standard library alone.
var pure = []string{"sim", "scheduler", "netsim", "sim/term", "sim/choice", "sim/trace", "internal/coro"}

// realTime are the functions that ask or wait for the machine's clock.
var realTime = []string{"Now", "Sleep", "After", "AfterFunc", "Since", "Until", "NewTimer", "NewTicker", "Tick"}

// Only internal/coro makes coroutines: a stack that nobody keeps the books of is never given back.
var makesCoroutines = "internal/coro"

// mayUseRealTime may ask the machine's clock and start goroutines.
var mayUseRealTime = []string{"cmd/simrun", "sim/simtest"}

// file is a source file that is not a test.
type file struct {
	pkg  string // its folder below the module's root
	name string
	ast  *ast.File
	set  *token.FileSet
}

func sources(t *testing.T) []file {
	t.Helper()
	root := filepath.Join("..", "..")
	var files []file
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); base == "testdata" || strings.HasPrefix(base, ".git") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(set, p, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		files = append(files, file{path.Dir(filepath.ToSlash(rel)), filepath.ToSlash(rel), f, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 10 {
		t.Fatalf("read %d files: that is not the whole house", len(files))
	}
	return files
}

func imports(f file) []string {
	var paths []string
	for _, spec := range f.ast.Imports {
		p, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, p)
	}
	return paths
}

// place is the floor of a package and its step there.
func place(pkg string) (floor, step int, ok bool) {
	for i, names := range floors {
		if j := slices.Index(names, pkg); j >= 0 {
			return i, j, true
		}
	}
	return 0, 0, false
}

func TestFloors(t *testing.T) {
	for _, f := range sources(t) {
		floor, step, ok := place(f.pkg)
		if !ok {
			t.Errorf("%s: package %s stands on no floor; ARCHITECTURE.md says which there are", f.name, f.pkg)
			continue
		}
		for _, imp := range imports(f) {
			below, inside := strings.CutPrefix(imp, module+"/")
			if !inside {
				continue
			}
			other, otherStep, ok := place(below)
			switch {
			case !ok:
				t.Errorf("%s imports %s, which stands on no floor", f.name, below)
			case other < floor:
			case other == floor && steps[floor] && otherStep < step:
			default:
				t.Errorf("%s (floor %d) imports %s (floor %d): only floors below may be imported", f.name, floor, below, other)
			}
		}
	}
}

func TestSoleImporters(t *testing.T) {
	for _, f := range sources(t) {
		for _, imp := range imports(f) {
			if allowed, guarded := soleImporters[imp]; guarded && !slices.Contains(allowed, f.pkg) {
				t.Errorf("%s imports %q: that door is for %v", f.name, imp, allowed)
			}
		}
	}
}

func TestPurePackagesUseTheStandardLibraryAlone(t *testing.T) {
	for _, f := range sources(t) {
		if !slices.Contains(pure, f.pkg) && !strings.HasPrefix(f.pkg, "sim/otp") {
			continue
		}
		for _, imp := range imports(f) {
			first, _, _ := strings.Cut(imp, "/")
			if strings.Contains(first, ".") && !strings.HasPrefix(imp, module+"/") {
				t.Errorf("%s imports %q", f.name, imp)
			}
		}
	}
}

func TestCoroutinesAreMadeInOnePlace(t *testing.T) {
	for _, f := range sources(t) {
		if f.pkg == makesCoroutines {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && strings.HasPrefix(sel.Sel.Name, "Pull") {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "iter" {
					t.Errorf("%s: iter.%s", f.set.Position(n.Pos()), sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestNoRealTimeNorGoroutines(t *testing.T) {
	for _, f := range sources(t) {
		if slices.Contains(mayUseRealTime, f.pkg) {
			continue
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a go statement: who runs next is the scheduler's affair", f.set.Position(n.Pos()))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(realTime, n.Sel.Name) {
					t.Errorf("%s: time.%s: there is no time here but the world's", f.set.Position(n.Pos()), n.Sel.Name)
				}
			}
			return true
		})
	}
}

// Every package says what it is in one breath.
func TestPackagesAreIntroduced(t *testing.T) {
	introduced := map[string]bool{}
	for _, f := range sources(t) {
		introduced[f.pkg] = introduced[f.pkg] || f.ast.Doc != nil
	}
	var missing []string
	for pkg, ok := range introduced {
		if !ok {
			missing = append(missing, pkg)
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		t.Errorf("no package comment: %v", missing)
	}
}

// replace in go.mod would break go install …@latest.
func TestGoModHasNoReplace(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("..", "..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(src), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "replace") {
			t.Errorf("go.mod: %s", line)
		}
	}
}
