package function

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/stagedoor-dev/stagedoor/controlplane/store"
	"github.com/stagedoor-dev/stagedoor/controlplane/wire"
)

// compatibility is what a listed layer version has to be compatible with; empty
// members are with all.
type compatibility struct {
	runtime      types.Runtime
	architecture types.Architecture
}

// newCompatibility checks the filters of a list operation.
func newCompatibility(runtime types.Runtime, architecture types.Architecture) (compatibility, error) {
	if runtime != "" {
		if err := checkRuntimeKnown("compatibleRuntime", runtime); err != nil {
			return compatibility{}, err
		}
	}
	if architecture != "" && !slices.Contains(architecture.Values(), architecture) {
		return compatibility{}, enumViolation("compatibleArchitecture", architecture, architecture.Values())
	}
	return compatibility{runtime, architecture}, nil
}

func (c compatibility) fits(record *layerVersionRecord) bool {
	return (c.runtime == "" || slices.Contains(record.CompatibleRuntimes, c.runtime)) &&
		(c.architecture == "" || slices.Contains(record.CompatibleArchitectures, c.architecture))
}

// ListLayerVersions returns the versions of a layer, the newest first; none when
// there is no such layer.
func (s *Service) ListLayerVersions(ctx context.Context, in *lambda.ListLayerVersionsInput) (*lambda.ListLayerVersionsOutput, error) {
	r, err := ownLayer(ctx, "ListLayerVersions", in.LayerName)
	if err != nil {
		return nil, err
	}
	p, err := newPage(in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	wanted, err := newCompatibility(in.CompatibleRuntime, in.CompatibleArchitecture)
	if err != nil {
		return nil, err
	}
	return view(ctx, s, func(tx store.Tx) (*lambda.ListLayerVersionsOutput, error) {
		records, err := layerVersionsOf(tx, r, wanted)
		if err != nil {
			return nil, err
		}
		list, next, err := take(p, func(yield func(keyed[types.LayerVersionsListItem], error) bool) {
			for _, record := range records {
				item := keyed[types.LayerVersionsListItem]{key: strconv.FormatInt(record.Version, 10), item: layerItem(r, record)}
				if before(p.after, record.Version) && !yield(item, nil) {
					return
				}
			}
		})
		if err != nil {
			return nil, err
		}
		return &lambda.ListLayerVersionsOutput{LayerVersions: list, NextMarker: next}, nil
	})
}

// before tells whether a version comes after the marked one in descending order.
func before(marked string, version int64) bool {
	last, err := strconv.ParseInt(marked, 10, 64)
	return err != nil || version < last
}

// ListLayers returns the layers with a version that fits, each with the newest
// such version.
func (s *Service) ListLayers(ctx context.Context, in *lambda.ListLayersInput) (*lambda.ListLayersOutput, error) {
	p, err := newPage(in.MaxItems, in.Marker)
	if err != nil {
		return nil, err
	}
	wanted, err := newCompatibility(in.CompatibleRuntime, in.CompatibleArchitecture)
	if err != nil {
		return nil, err
	}
	scope := scopeOf(ctx)
	return view(ctx, s, func(tx store.Tx) (*lambda.ListLayersOutput, error) {
		list, next, err := take(p, func(yield func(keyed[types.LayersListItem], error) bool) {
			for layer, err := range layers.All(tx, scope, p.after) {
				var item keyed[types.LayersListItem]
				var records []*layerVersionRecord
				if err == nil {
					item.key = layer.ID[0]
					records, err = layerVersionsOf(tx, layerReference{scope: scope, name: layer.ID[0]}, wanted)
				}
				if err == nil && len(records) == 0 {
					continue
				}
				if err == nil {
					r := layerReference{scope: scope, name: layer.ID[0]}
					newest := layerItem(r, records[0])
					item.item = types.LayersListItem{LayerName: &r.name, LayerArn: aws.String(r.arn()), LatestMatchingVersion: &newest}
				}
				if !yield(item, err) {
					return
				}
			}
		})
		if err != nil {
			return nil, err
		}
		return &lambda.ListLayersOutput{Layers: list, NextMarker: next}, nil
	})
}

// layerVersionsOf reads the versions of a layer that fit, the newest first.
func layerVersionsOf(tx store.Tx, r layerReference, wanted compatibility) ([]*layerVersionRecord, error) {
	var records []*layerVersionRecord
	for record, err := range layerVersions.All(tx, r.scope, "", r.name) {
		if err != nil {
			return nil, fmt.Errorf("list layer versions: %w", err)
		}
		if wanted.fits(record.Value) {
			records = append(records, record.Value)
		}
	}
	slices.Reverse(records)
	return records, nil
}

func layerItem(r layerReference, record *layerVersionRecord) types.LayerVersionsListItem {
	r.version = record.Version
	var item types.LayerVersionsListItem
	wire.Copy(&item, record)
	item.LayerVersionArn = aws.String(r.versionARN())
	return item
}
