import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  callMethod,
  GrpcServiceError,
  GrpcStatus,
  InProcessTransport,
  type InProcessServer,
} from '@perdure/client/transport';
import { services, workflowservice } from '@perdure/protocol';
import { toJson } from '@perdure/protocol/json';
import { CommandError } from '../../errors.js';
import { listAt, textAt, type Json } from '../../json.js';

const { ListWorkflowExecutions, GetWorkflowExecutionHistory } = services.WorkflowService.methods;

/** Answers what the server itself serves over HTTP; false for anything else. */
type ServerHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A plain page on a server in this process: lists executions and shows a history, as HTML and, below /api/v1, as JSON. */
export class WebPage {
  private readonly http: Server;
  private readonly transport: InProcessTransport;

  constructor(server: InProcessServer, isServers: ServerHandler) {
    this.transport = new InProcessTransport(server);
    this.http = createServer((request, response) => {
      if (!isServers(request, response)) void this.answer(request.url ?? '/', response);
    });
  }

  get address(): string {
    const { address, port } = this.http.address() as AddressInfo;
    return `${address}:${port}`;
  }

  /** A CommandError with one clear sentence if the port cannot be had. */
  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.http.once('error', (error: NodeJS.ErrnoException) => {
        const inUse = 'is in use: choose another with --ui-port, where 0 takes any free port';
        const reason = error.code === 'EADDRINUSE' ? inUse : error.message;
        reject(new CommandError(`port ${port} of the web page ${reason}`));
      });
      this.http.listen({ host, port }, () => resolve());
    });
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
    await this.transport.close();
  }

  private async answer(path: string, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(path, 'http://page');
      const parts = url.pathname
        .split('/')
        .filter((part) => part !== '')
        .map(decodeURIComponent);
      const isApi = parts[0] === 'api';
      const [, namespace = 'default', , workflowId, next, afterNext] = isApi ? parts.slice(2) : parts;
      const runId = (next === 'history' ? url.searchParams.get('execution.runId') : next) ?? '';
      const wantsHistory = next === 'history' || afterNext === 'history';
      if (parts.length > 0 && (isApi ? parts[2] : parts[0]) !== 'namespaces')
        return send(response, 404, 'text/plain', 'There is nothing here');
      const json =
        workflowId === undefined
          ? await this.executions(namespace, url.searchParams.get('query') ?? '')
          : await this.history(namespace, workflowId, runId);
      if (isApi && workflowId !== undefined && !wantsHistory)
        return send(response, 404, 'text/plain', 'There is nothing here');
      if (isApi) return send(response, 200, 'application/json', JSON.stringify(json));
      send(
        response,
        200,
        'text/html; charset=utf-8',
        workflowId === undefined ? listPage(namespace, json) : historyPage(workflowId, json),
      );
    } catch (error) {
      const isMissing = error instanceof GrpcServiceError && error.code === GrpcStatus.NOT_FOUND;
      send(
        response,
        isMissing ? 404 : 500,
        'text/plain; charset=utf-8',
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  private async executions(namespace: string, query: string): Promise<Json> {
    const answer = await callMethod(this.transport, ListWorkflowExecutions, { namespace, query, pageSize: 200 });
    return toJson(workflowservice.ListWorkflowExecutionsResponse, answer);
  }

  private async history(namespace: string, workflowId: string, runId: string): Promise<Json> {
    const request = { namespace, execution: { workflowId, runId } };
    const answer = await callMethod(this.transport, GetWorkflowExecutionHistory, request);
    return toJson(workflowservice.GetWorkflowExecutionHistoryResponse, answer);
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body);
}

function listPage(namespace: string, json: Json): string {
  const rows = listAt(json, 'executions').map((item) => {
    const [id, run] = [textAt(item, 'execution.workflowId'), textAt(item, 'execution.runId')];
    const path = ['namespaces', namespace, 'workflows', id, run, 'history'].map(encodeURIComponent).join('/');
    const status = textAt(item, 'status').replace('WORKFLOW_EXECUTION_STATUS_', '');
    return row([
      escape(status),
      `<a href="/${path}">${escape(id)}</a>`,
      escape(textAt(item, 'type.name')),
      escape(textAt(item, 'startTime')),
    ]);
  });
  return page(`Workflow executions of ${namespace}`, ['Status', 'Workflow', 'Type', 'Started'], rows);
}

function historyPage(workflowId: string, json: Json): string {
  const rows = listAt(json, 'history.events').map((event) => {
    const type = textAt(event, 'eventType').replace('EVENT_TYPE_', '');
    const details = `<details><summary>${escape(type)}</summary><pre>${escape(JSON.stringify(event, undefined, 2))}</pre></details>`;
    return row([escape(textAt(event, 'eventId')), escape(textAt(event, 'eventTime')), details]);
  });
  return page(`History of ${workflowId}`, ['Id', 'Time', 'Event'], rows);
}

function page(title: string, head: readonly string[], rows: readonly string[]): string {
  const style = 'body{font:14px system-ui;margin:2em}td,th{text-align:left;padding:4px 16px 4px 0;vertical-align:top}';
  const headings = head.map((name) => `<th>${name}</th>`).join('');
  const table = `<table><tr>${headings}</tr>${rows.join('')}</table>`;
  return `<!doctype html><title>${escape(title)}</title><style>${style}</style><a href="/">All executions</a><h1>${escape(title)}</h1>${table}`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
