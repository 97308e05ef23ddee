package dataplane

// Address is where a request was sent, as the edge took it from host and path.
type Address struct {
	// ApiID is the id of the API.
	ApiID string
	// Path is the escaped path as sent, beginning with the stage: "/dev/pets%2F1". The
	// default stage of an HTTP API has no segment, unless Stage says so.
	Path string
	// Stage is the stage that a mapping of a custom domain name chose, or that an address
	// names which has room for it. Path begins with it all the same: "/$default/pets".
	// Empty when the path alone decides.
	Stage string
	// CustomPath is the escaped path as sent by a custom domain name, with the base path;
	// Path is then what the mapping made of it. Empty for the default endpoint.
	CustomPath string
	// BasePath is the base path that the mapping matched.
	BasePath string
	// DomainName is the name that the client called, DomainPrefix its first label.
	DomainName, DomainPrefix string
	// LocalName stands for a name of AWS's own, with the port, where DomainName is one:
	// functions reach the API by it. Empty when DomainName does.
	LocalName string
	// HeaderNames are the names of request headers as the client spelled them, where
	// that is not the canonical form in which net/http has them. Nil when all are
	// canonical or nothing is known.
	HeaderNames []string
}
