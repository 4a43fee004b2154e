/** The version of the SDK whose behaviour this one has: what workers record in histories. */
export const SDK_VERSION = '1.24.0';
