import { assertNever, nameErrorClass } from '@perdure/common/internal';
import type { workflowservice } from '@perdure/protocol';
import { BaseClient, type BaseClientOptions, type LoadedWithDefaults, withBaseDefaults } from '../base-client.js';
import { throwIfDetailsSay } from '../error-conversion.js';
import { isGrpcServiceError, ServiceError } from '../errors.js';
import { GrpcStatus } from '../transport/index.js';
import type { WorkflowService } from '../types.js';
import type { BuildIdOperation, WorkerBuildIdVersionSets } from './build-id-types.js';
import {
  encodeTaskReachability,
  type ReachabilityOptions,
  type ReachabilityResponse,
  reachabilityResponseFromProto,
  UnversionedBuildId,
} from './reachability.js';

/** @deprecated How a client for task queues is made. */
export type TaskQueueClientOptions = BaseClientOptions;

/** @deprecated Options with everything filled in. */
export type LoadedTaskQueueClientOptions = LoadedWithDefaults<TaskQueueClientOptions>;

/** @deprecated The server does not know a build id, or not any more. */
export class BuildIdNotFoundError extends Error {
  static {
    nameErrorClass(this, 'BuildIdNotFoundError');
  }
}

/** @deprecated Changes and shows the versions of task queues by build id. Use worker deployments. */
export class TaskQueueClient extends BaseClient {
  readonly options: LoadedTaskQueueClientOptions;

  constructor(options?: TaskQueueClientOptions) {
    super(options);
    this.options = { ...withBaseDefaults(options), loadedDataConverter: this.dataConverter };
  }

  /** Every method of the workflow service. The namespace of this client is not filled in. */
  get workflowService(): WorkflowService {
    return this.connection.workflowService;
  }

  /** @deprecated Changes the versions of a task queue. */
  async updateBuildIdCompatibility(taskQueue: string, operation: BuildIdOperation): Promise<void> {
    const request = { namespace: this.options.namespace, taskQueue, ...encodeOperation(operation) };
    await this.workflowService
      .updateWorkerBuildIdCompatibility(request)
      .catch((error: unknown) => this.rethrowGrpcError(error, 'Unexpected error updating Build Id compatibility'));
  }

  /** @deprecated The versions of a task queue; `undefined` if it has none. */
  async getBuildIdCompatability(taskQueue: string): Promise<WorkerBuildIdVersionSets | undefined> {
    const { majorVersionSets } = await this.workflowService
      .getWorkerBuildIdCompatibility({ namespace: this.options.namespace, taskQueue })
      .catch((error: unknown) => this.rethrowGrpcError(error, 'Unexpected error fetching Build Id compatibility'));
    const versionSets = majorVersionSets.map(({ buildIds }) => ({
      buildIds: [...buildIds],
      default: buildIds.at(-1) ?? '',
    }));
    const defaultSet = versionSets.at(-1);
    if (defaultSet === undefined) return undefined;
    return { versionSets, defaultSet, defaultBuildId: defaultSet.default };
  }

  /** @deprecated Which build ids may still be needed, and by which task queues. */
  async getReachability(options: ReachabilityOptions): Promise<ReachabilityResponse> {
    const request = {
      namespace: this.options.namespace,
      taskQueues: options.taskQueues,
      buildIds: options.buildIds?.map((buildId) => (buildId === UnversionedBuildId ? '' : buildId)),
      reachability: encodeTaskReachability(options.reachability),
    };
    const response = await this.workflowService
      .getWorkerTaskReachability(request)
      .catch((error: unknown) => this.rethrowGrpcError(error, 'Unexpected error fetching Build Id reachability'));
    return reachabilityResponseFromProto(response);
  }

  protected rethrowGrpcError(error: unknown, fallbackMessage: string): never {
    if (!isGrpcServiceError(error)) throw new ServiceError('Unexpected error while making gRPC request');
    throwIfDetailsSay(error);
    if (Number(error.code) === GrpcStatus.NOT_FOUND) {
      throw new BuildIdNotFoundError(error.details === '' ? 'Build Id not found' : error.details);
    }
    throw new ServiceError(fallbackMessage, { cause: error });
  }
}

function encodeOperation(operation: BuildIdOperation): workflowservice.IUpdateWorkerBuildIdCompatibilityRequest {
  switch (operation.operation) {
    case 'addNewIdInNewDefaultSet':
      return { addNewBuildIdInNewDefaultSet: operation.buildId };
    case 'addNewCompatibleVersion':
      return {
        addNewCompatibleBuildId: {
          newBuildId: operation.buildId,
          existingCompatibleBuildId: operation.existingCompatibleBuildId,
          makeSetDefault: operation.promoteSet,
        },
      };
    case 'promoteSetByBuildId':
      return { promoteSetByBuildId: operation.buildId };
    case 'promoteBuildIdWithinSet':
      return { promoteBuildIdWithinSet: operation.buildId };
    case 'mergeSets':
      return {
        mergeSets: { primarySetBuildId: operation.primaryBuildId, secondarySetBuildId: operation.secondaryBuildId },
      };
    default:
      return assertNever('Unknown build id update operation', operation);
  }
}
