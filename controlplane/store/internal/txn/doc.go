// Package txn holds what every implementation of store.Store needs around its
// transactions: the change feed ([Feed]), the record of what a transaction wrote
// ([Journal]) and the gate that lets Close wait ([Gate]).
package txn
