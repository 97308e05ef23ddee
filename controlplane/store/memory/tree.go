package memory

// node is the root of an immutable AVL tree, ordered by key; nil is the empty
// tree. Methods return new trees, which share unchanged nodes with the old ones.
type node struct {
	key         string
	value       []byte
	left, right *node
	height      int
}

func (n *node) level() int {
	if n == nil {
		return 0
	}
	return n.height
}

func join(left *node, key string, value []byte, right *node) *node {
	return &node{key: key, value: value, left: left, right: right, height: 1 + max(left.level(), right.level())}
}

// balance joins two trees whose heights differ by at most two.
func balance(left *node, key string, value []byte, right *node) *node {
	switch difference := left.level() - right.level(); {
	case difference > 1:
		if left.left.level() >= left.right.level() {
			return join(left.left, left.key, left.value, join(left.right, key, value, right))
		}
		middle := left.right
		return join(
			join(left.left, left.key, left.value, middle.left),
			middle.key, middle.value,
			join(middle.right, key, value, right))
	case difference < -1:
		if right.right.level() >= right.left.level() {
			return join(join(left, key, value, right.left), right.key, right.value, right.right)
		}
		middle := right.left
		return join(
			join(left, key, value, middle.left),
			middle.key, middle.value,
			join(middle.right, right.key, right.value, right.right))
	default:
		return join(left, key, value, right)
	}
}

// get returns the value of key, nil when there is none.
func (n *node) get(key string) []byte {
	for n != nil {
		switch {
		case key < n.key:
			n = n.left
		case key > n.key:
			n = n.right
		default:
			return n.value
		}
	}
	return nil
}

// put returns the tree with key set to value.
func (n *node) put(key string, value []byte) *node {
	switch {
	case n == nil:
		return join(nil, key, value, nil)
	case key < n.key:
		return balance(n.left.put(key, value), n.key, n.value, n.right)
	case key > n.key:
		return balance(n.left, n.key, n.value, n.right.put(key, value))
	default:
		return join(n.left, key, value, n.right)
	}
}

// remove returns the tree without key, which it contains.
func (n *node) remove(key string) *node {
	switch {
	case key < n.key:
		return balance(n.left.remove(key), n.key, n.value, n.right)
	case key > n.key:
		return balance(n.left, n.key, n.value, n.right.remove(key))
	case n.left == nil:
		return n.right
	case n.right == nil:
		return n.left
	default:
		first, rest := n.right.removeFirst()
		return balance(n.left, first.key, first.value, rest)
	}
}

// removeFirst returns the node with the least key and the tree without it.
func (n *node) removeFirst() (first, rest *node) {
	if n.left == nil {
		return n, n.right
	}
	first, rest = n.left.removeFirst()
	return first, balance(rest, n.key, n.value, n.right)
}

// ascend calls visit with each node whose key is at least from, in ascending
// order, until visit returns false; it reports whether visit never did.
func (n *node) ascend(from string, visit func(*node) bool) bool {
	if n == nil {
		return true
	}
	if n.key < from {
		return n.right.ascend(from, visit)
	}
	return n.left.ascend(from, visit) && visit(n) && n.right.ascend(from, visit)
}
