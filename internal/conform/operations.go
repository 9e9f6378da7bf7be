package conform

import "maps"

// operation performs an Op and gives its result.
type operation func(a *actor, o Op) any

// operations are all that puppets and servers can do, by name. Each domain brings a table of its own.
var operations map[string]operation

// leaves are the operations that are meant to leave the code they are in: what they raise is no result.
var leaves = map[string]bool{"exit": true, "error": true, "throw": true, "return": true, "hibernate": true}

func init() { // not an initialiser: operations perform operations
	operations = map[string]operation{}
	for _, table := range []map[string]operation{procOperations, serverOperations, sysOperations, supOperations, eventOperations, statemOperations, appOperations, distOperations, remoteOperations, globalOperations} {
		maps.Copy(operations, table)
	}
}
