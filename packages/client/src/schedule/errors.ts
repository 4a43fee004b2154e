import { nameErrorClass } from '@perdure/common/internal';
import { throwIfDetailsSay } from '../error-conversion.js';
import { isGrpcServiceError, ServiceError } from '../errors.js';
import { GrpcStatus } from '../transport/index.js';

/** There is a schedule with this id. */
export class ScheduleAlreadyRunning extends Error {
  static {
    nameErrorClass(this, 'ScheduleAlreadyRunning');
  }

  constructor(
    message: string,
    readonly scheduleId: string,
  ) {
    super(message);
  }
}

/** The server does not know the schedule: the id is another one, or the schedule was deleted. */
export class ScheduleNotFoundError extends Error {
  static {
    nameErrorClass(this, 'ScheduleNotFoundError');
  }

  constructor(
    message: string,
    readonly scheduleId: string,
  ) {
    super(message);
  }
}

/** Throws the error for a failed call about a schedule. */
export function throwScheduleError(error: unknown, fallbackMessage: string, scheduleId = ''): never {
  if (!isGrpcServiceError(error)) throw new ServiceError('Unexpected error while making gRPC request');
  throwIfDetailsSay(error);
  if (Number(error.code) === GrpcStatus.NOT_FOUND) {
    throw new ScheduleNotFoundError(error.details === '' ? 'Schedule not found' : error.details, scheduleId);
  }
  throw new ServiceError(fallbackMessage, { cause: error });
}
