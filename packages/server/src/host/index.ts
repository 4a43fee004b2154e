// The shards of this node and the way to them. Knows which shard owns an execution, not what happens to it there.
export { ExecutionHost, type ExecutionHostDependencies } from './execution-host.js';
