import { nexus, operatorservice, workflowservice } from '@perdure/protocol';
import { expect } from 'vitest';
import { CLUSTER_FORMS } from './cluster.js';
import type { Form, Forms, World } from './form.js';
import { listOf, message, shape, text } from './shape.js';

const NAMESPACE = message(workflowservice.DescribeNamespaceResponse);
const targetIn = ({ cli }: World): readonly string[] => [
  ...['--target-namespace', cli.namespace],
  ...['--target-task-queue', 'bills'],
];

/** A command that acts on a namespace; ids begin with a letter, as names of namespaces have to. */
const onNamespace = (form: Pick<Form, 'document' | 'like'>, ...more: readonly string[]): Form => ({
  ...form,
  prepare: async (id, { cli }) => void (await cli.text('operator', 'namespace', 'create', '-n', id)),
  words: (id) => ['-n', id, ...more],
});

/** A command that acts on a Nexus endpoint. */
const onEndpoint = (form: Pick<Form, 'document' | 'items' | 'like'>, ...more: readonly string[]): Form => ({
  ...form,
  needs: 'Nexus endpoints',
  prepare: async (id, world) =>
    void (await world.cli.text('operator', 'nexus', 'endpoint', 'create', '--name', id, ...targetIn(world))),
  words: (id) => ['--name', id, ...more],
});

const attributeOf = (id: string): string => `Attribute${id.replaceAll('-', '')}`;

/** The forms of what administers a server. */
export const OPERATOR_FORMS: Forms = {
  'operator namespace list': { items: NAMESPACE, words: () => [] },
  'operator namespace describe': onNamespace({ document: NAMESPACE, like: (id) => ({ namespaceInfo: { name: id } }) }),
  'operator namespace create': {
    document: shape({ namespace: text }),
    like: (id) => ({ namespace: id }),
    words: (id) => ['-n', id],
  },
  'operator namespace update': onNamespace(
    {
      document: message(workflowservice.UpdateNamespaceResponse),
      like: (id) => ({ namespaceInfo: { name: id, description: 'orders' } }),
    },
    ...['--description', 'orders'],
  ),
  'operator namespace delete': onNamespace(
    {
      document: message(operatorservice.DeleteNamespaceResponse),
      like: (id) => ({ deletedNamespace: expect.stringContaining(id) as string }),
    },
    '--yes',
  ),
  'operator search-attribute list': {
    document: message(operatorservice.ListSearchAttributesResponse),
    like: () => ({ systemAttributes: { WorkflowId: 'INDEXED_VALUE_TYPE_KEYWORD' } }),
    words: () => [],
  },
  'operator search-attribute create': {
    document: message(operatorservice.AddSearchAttributesRequest),
    like: (id) => ({ searchAttributes: { [attributeOf(id)]: 'INDEXED_VALUE_TYPE_KEYWORD' } }),
    words: (id) => ['--name', attributeOf(id), '--type', 'Keyword'],
  },
  'operator search-attribute remove': {
    document: shape({ removed: listOf(text) }),
    like: (id) => ({ removed: [attributeOf(id)] }),
    prepare: async (id, { cli }) =>
      void (await cli.text('operator', 'search-attribute', 'create', '--name', attributeOf(id), '--type', 'Keyword')),
    words: (id) => ['--name', attributeOf(id), '--yes'],
  },
  ...CLUSTER_FORMS,
  'operator nexus endpoint list': {
    ...onEndpoint({ items: message(nexus.Endpoint) }),
    words: () => [],
  },
  'operator nexus endpoint get': onEndpoint({
    document: message(nexus.Endpoint),
    like: (id) => ({ spec: { name: id, target: { worker: { taskQueue: 'bills' } } } }),
  }),
  'operator nexus endpoint create': {
    document: message(operatorservice.CreateNexusEndpointResponse),
    like: (id) => ({ endpoint: { spec: { name: id } } }),
    needs: 'Nexus endpoints',
    words: (id, world) => ['--name', id, ...targetIn(world)],
  },
  'operator nexus endpoint update': onEndpoint(
    {
      document: message(operatorservice.UpdateNexusEndpointResponse),
      like: (id) => ({ endpoint: { version: '2', spec: { name: id, description: { data: btoa('"refunds"') } } } }),
    },
    ...['--description', 'refunds'],
  ),
  'operator nexus endpoint delete': onEndpoint({ document: message(operatorservice.DeleteNexusEndpointResponse) }),
};
