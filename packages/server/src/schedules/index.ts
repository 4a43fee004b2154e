// Schedules at work: keeps them, wakes them when they are due, starts and watches their workflows. What a schedule decides
// is the engine's; how calls come in is the service's.
export { LiveSchedule, type ScheduleView } from './live-schedule.js';
export type { CheckedStart, SchedulePorts } from './ports.js';
export { ScheduleService } from './schedule-service.js';
export { startRequest } from './start-request.js';
