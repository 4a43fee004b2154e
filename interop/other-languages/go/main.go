// Command order drives a Temporal-compatible server with the official Go SDK: it starts a workflow, works on it with one
// activity, signals it, queries it and reads its result, and looks at what an error and a cancellation look like.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding/gzip"
)

// Order waits for the signal "deliver", then lets an activity pack the item.
func Order(ctx workflow.Context, item string) (string, error) {
	state := "placed"
	err := workflow.SetQueryHandler(ctx, "state", func() (string, error) { return state, nil })
	if err != nil {
		return "", err
	}
	var to string
	workflow.GetSignalChannel(ctx, "deliver").Receive(ctx, &to)
	state = "packing"
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 10 * time.Millisecond},
	})
	var packed string
	if err := workflow.ExecuteActivity(ctx, Pack, item, to).Get(ctx, &packed); err != nil {
		return "", err
	}
	state = "delivered"
	return packed, nil
}

// Pack fails once, so that the server's retries take part.
func Pack(ctx context.Context, item string, to string) (string, error) {
	if activity.GetInfo(ctx).Attempt == 1 {
		return "", errors.New("out of paper")
	}
	return item + " for " + to, nil
}

// Forever waits until it is cancelled.
func Forever(ctx workflow.Context) error {
	return workflow.Sleep(ctx, time.Hour)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: order HOST:PORT")
		os.Exit(2)
	}
	for _, mode := range []string{"plain", "gzip"} {
		if err := run(os.Args[1], mode); err != nil {
			fmt.Fprintf(os.Stderr, "go, %s: %v\n", mode, err)
			os.Exit(1)
		}
		fmt.Printf("go, %s: start, worker, activity, signal, query, result, error, cancellation: ok\n", mode)
	}
}

func run(address string, mode string) error {
	ctx, stop := context.WithTimeout(context.Background(), 60*time.Second)
	defer stop()
	options := client.Options{
		HostPort: address,
		Logger:   slog.New(slog.DiscardHandler),
		ConnectionOptions: client.ConnectionOptions{
			KeepAliveTime: time.Second,
		},
	}
	if mode == "gzip" {
		options.ConnectionOptions.DialOptions = []grpc.DialOption{
			grpc.WithDefaultCallOptions(grpc.UseCompressor(gzip.Name)),
		}
	}
	c, err := client.Dial(options)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer c.Close()

	queue := fmt.Sprintf("go-%s-%d", mode, time.Now().UnixNano())
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(Order)
	w.RegisterWorkflow(Forever)
	w.RegisterActivity(Pack)
	if err := w.Start(); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	defer w.Stop()

	if err := order(ctx, c, queue, mode); err != nil {
		return err
	}
	if err := missing(ctx, c); err != nil {
		return err
	}
	return cancelled(ctx, c, queue)
}

func order(ctx context.Context, c client.Client, queue string, mode string) error {
	started, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: queue + "-order", TaskQueue: queue}, Order, "soup")
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if err := expectState(ctx, c, started, "placed"); err != nil {
		return err
	}
	if err := c.SignalWorkflow(ctx, started.GetID(), started.GetRunID(), "deliver", mode); err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	var result string
	if err := started.Get(ctx, &result); err != nil {
		return fmt.Errorf("result: %w", err)
	}
	if result != "soup for "+mode {
		return fmt.Errorf("result: got %q", result)
	}
	return expectState(ctx, c, started, "delivered")
}

func expectState(ctx context.Context, c client.Client, started client.WorkflowRun, expected string) error {
	answer, err := c.QueryWorkflow(ctx, started.GetID(), started.GetRunID(), "state")
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	var state string
	if err := answer.Get(&state); err != nil {
		return fmt.Errorf("query: %w", err)
	}
	if state != expected {
		return fmt.Errorf("query: got %q, expected %q", state, expected)
	}
	return nil
}

// missing expects the typed error that the SDK builds from google.rpc.Status.
func missing(ctx context.Context, c client.Client) error {
	_, err := c.DescribeWorkflowExecution(ctx, "no-such-workflow", "")
	var notFound *serviceerror.NotFound
	if !errors.As(err, &notFound) {
		return fmt.Errorf("describe of a missing workflow: got %T %v", err, err)
	}
	_, err = c.DescribeWorkflowExecution(ctx, "", "")
	var invalid *serviceerror.InvalidArgument
	if !errors.As(err, &invalid) {
		return fmt.Errorf("describe without an id: got %T %v", err, err)
	}
	return nil
}

func cancelled(ctx context.Context, c client.Client, queue string) error {
	started, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: queue + "-forever", TaskQueue: queue}, Forever)
	if err != nil {
		return fmt.Errorf("start: %w", err)
	}
	short, stop := context.WithTimeout(ctx, 300*time.Millisecond)
	defer stop()
	if err := started.Get(short, nil); err == nil || !strings.Contains(err.Error(), "deadline exceeded") {
		return fmt.Errorf("waiting with a deadline: got %v", err)
	}
	if err := c.CancelWorkflow(ctx, started.GetID(), started.GetRunID()); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	err = started.Get(ctx, nil)
	if !temporal.IsCanceledError(errors.Unwrap(err)) {
		return fmt.Errorf("result of a cancelled workflow: got %T %v", err, err)
	}
	return nil
}
