/** `lock.7`: the highest number counts. */
export const LOCK_NAME = /^lock\.(\d{1,15})$/;

/** Whether a name in the spool's directory is that of a lock. */
export const isLock = (name: string): boolean => LOCK_NAME.test(name);
