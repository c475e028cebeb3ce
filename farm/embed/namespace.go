package embed

import (
	"context"
	"errors"
	"fmt"
	"time"

	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"
)

// createNamespace writes the namespace into the database, unless it has it.
func (s *Server) createNamespace() error {
	namespace, err := sqlite.NewNamespaceConfig(clusterName, s.config.Namespace, false, nil)
	if err != nil {
		return err
	}
	namespace.Detail.Config.Retention = durationpb.New(s.config.Retention)
	return sqlite.CreateNamespaces(s.database.config, namespace)
}

// awaitReady returns when the server answers questions about workflows of the namespace.
func (s *Server) awaitReady(ctx context.Context) error {
	c, err := s.Dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	for {
		_, err := c.DescribeWorkflowExecution(ctx, "avloom/none", "")
		if _, answered := errors.AsType[*serviceerror.NotFound](err); answered {
			return s.setRetention(ctx, c)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w; the server's last answer: %w", context.Cause(ctx), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// setRetention gives the namespace of an older file the Config's retention.
func (s *Server) setRetention(ctx context.Context, c client.Client) error {
	service := c.WorkflowService()
	found, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: s.config.Namespace})
	if err != nil {
		return err
	}
	if found.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration() == s.config.Retention {
		return nil
	}
	_, err = service.UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
		Namespace: s.config.Namespace,
		Config:    &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(s.config.Retention)},
	})
	return err
}
