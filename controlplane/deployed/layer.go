package deployed

// Layer is a layer version that a function has.
type Layer struct {
	// ARN is the ARN of the layer version. The version may have been deleted since.
	ARN string
	// SHA256 names the layer's package, as [Package.SHA256] does.
	SHA256 string
}
