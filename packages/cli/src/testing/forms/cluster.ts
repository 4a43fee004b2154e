import { operatorservice, workflowservice } from '@perdure/protocol';
import { expect } from 'vitest';
import { expectMessage, type Cli } from '../cli.js';
import { TESTED } from '../tested-server.js';
import type { Forms } from './form.js';
import { exactly, message, shape, text } from './shape.js';

/** Where the other cluster is. Servers that have none refuse before they look for it. */
const OTHER = TESTED.secondCluster ?? '127.0.0.1:1';
const UPSERT = ['operator', 'cluster', 'upsert', '--frontend-address', OTHER];

interface Listed {
  readonly clusterName: string;
}

async function nameOfOther(cli: Cli): Promise<string> {
  const described = await cli.json('operator', 'cluster', 'describe', '--address', OTHER);
  return (described as Listed).clusterName;
}

/** The other cluster as the server lists it, in the form of the API. */
async function listedOther(cli: Cli): Promise<unknown> {
  const clusters = (await cli.json('operator', 'cluster', 'list')) as readonly Listed[];
  for (const each of clusters) expectMessage(operatorservice.ClusterMetadata, each);
  const name = await nameOfOther(cli);
  return clusters.find(({ clusterName }) => clusterName === name);
}

/** The forms of what tells of a server and of those it replicates with. */
export const CLUSTER_FORMS: Forms = {
  'operator cluster health': { document: shape({ status: exactly('SERVING') }), words: () => [] },
  'operator cluster describe': {
    document: message(workflowservice.GetClusterInfoResponse),
    like: () => ({ clusterName: TESTED.address === undefined ? 'active' : (expect.stringMatching(/./) as string) }),
    words: () => [],
  },
  'operator cluster system': {
    document: message(workflowservice.GetSystemInfoResponse),
    like: () => ({ capabilities: {} }),
    words: () => [],
  },
  'operator cluster list': { items: message(operatorservice.ClusterMetadata), words: () => [] },
  'operator cluster upsert': {
    document: shape({ frontendAddress: text }),
    like: () => ({ frontendAddress: OTHER }),
    needs: 'other clusters',
    words: () => ['--frontend-address', OTHER, '--enable-connection'],
    afterwards: async (_, { cli }) => {
      expect(await listedOther(cli)).toMatchObject({ address: OTHER, isConnectionEnabled: true });
      expect(await cli.text(...UPSERT)).toBe(`Set the cluster at ${OTHER}\n`);
      expect(await listedOther(cli)).not.toHaveProperty('isConnectionEnabled');
    },
  },
  'operator cluster remove': {
    document: shape({ clusterName: text }),
    like: (name) => ({ clusterName: name }),
    needs: 'other clusters',
    prepare: async (_, { cli }) => {
      await cli.text(...UPSERT);
      return nameOfOther(cli);
    },
    words: (name) => ['--name', name],
    isTriedAgain: true,
    afterwards: async (_, { cli }) => expect(await listedOther(cli)).toBeUndefined(),
  },
};
