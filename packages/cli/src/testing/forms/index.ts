/** Owns what each command writes for programs, as a table; the test beside the commands goes through it. */
import type { Forms } from './form.js';
import { LOCAL_FORMS } from './local.js';
import { OPERATOR_FORMS } from './operator.js';
import { UPDATE_FORMS } from './update.js';
import { WORK_FORMS } from './work.js';
import { WORKFLOW_FORMS } from './workflow.js';

/** The forms of all commands that come back. */
export const FORMS: Forms = { ...WORKFLOW_FORMS, ...UPDATE_FORMS, ...WORK_FORMS, ...OPERATOR_FORMS, ...LOCAL_FORMS };
