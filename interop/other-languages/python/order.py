"""Drives a Temporal-compatible server with the official Python SDK, whose core is the Rust one.

It starts a workflow, works on it with one activity, signals it, queries it and reads its result, and looks at what an
error and a cancellation look like.
"""

import asyncio
import logging
import os
import sys
import uuid
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import CancelledError
from temporalio.service import KeepAliveConfig, RPCError, RPCStatusCode
from temporalio.worker import Worker


@activity.defn
async def pack(item: str, to: str) -> str:
    """Fails once, so that the server's retries take part."""
    if activity.info().attempt == 1:
        raise RuntimeError("out of paper")
    return f"{item} for {to}"


@workflow.defn
class Order:
    """Waits for the signal `deliver`, then lets an activity pack the item."""

    def __init__(self) -> None:
        self._state = "placed"
        self._to = ""

    @workflow.run
    async def run(self, item: str) -> str:
        await workflow.wait_condition(lambda: self._to != "")
        self._state = "packing"
        packed = await workflow.execute_activity(
            pack,
            args=[item, self._to],
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)),
        )
        self._state = "delivered"
        return packed

    @workflow.signal
    def deliver(self, to: str) -> None:
        self._to = to

    @workflow.query
    def state(self) -> str:
        return self._state


@workflow.defn
class Forever:
    """Waits until it is cancelled."""

    @workflow.run
    async def run(self) -> None:
        await asyncio.sleep(3600)


async def order(client: Client, queue: str) -> None:
    handle = await client.start_workflow(Order.run, "soup", id=f"{queue}-order", task_queue=queue)
    expect("query", await handle.query(Order.state), "placed")
    await handle.signal(Order.deliver, "Ada")
    expect("result", await handle.result(), "soup for Ada")
    expect("query", await handle.query(Order.state), "delivered")


async def missing(client: Client) -> None:
    try:
        await client.get_workflow_handle("no-such-workflow").describe()
    except RPCError as error:
        expect("status of a missing workflow", error.status, RPCStatusCode.NOT_FOUND)
    else:
        raise AssertionError("a missing workflow was described")


async def cancelled(client: Client, queue: str) -> None:
    handle: WorkflowHandle = await client.start_workflow(Forever.run, id=f"{queue}-forever", task_queue=queue)
    try:
        await asyncio.wait_for(handle.result(), timeout=0.3)
    except asyncio.TimeoutError:
        pass
    else:
        raise AssertionError("a workflow that waits for an hour has a result")
    await handle.cancel()
    try:
        await handle.result()
    except WorkflowFailureError as error:
        expect("cause of the failure", type(error.cause), CancelledError)
    else:
        raise AssertionError("a cancelled workflow has a result")


def expect(what: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise AssertionError(f"{what}: got {actual!r}, expected {expected!r}")


async def main(address: str) -> None:
    # The activity fails on purpose; its stack trace would look like a failed run.
    logging.getLogger("temporalio").setLevel(logging.CRITICAL)
    keep_alive = KeepAliveConfig(interval_millis=1000, timeout_millis=5000)
    client = await Client.connect(address, keep_alive_config=keep_alive)
    queue = f"python-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, workflows=[Order, Forever], activities=[pack]):
        await order(client, queue)
        await missing(client)
        await cancelled(client, queue)
    print("python (Rust core): start, worker, activity, signal, query, result, error, cancellation: ok")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: order.py HOST:PORT")
    asyncio.run(main(sys.argv[1]))
    sys.stdout.flush()
    # The core's threads may still hold the cancelled poll, and Python aborts when they return to a dying interpreter.
    os._exit(0)
