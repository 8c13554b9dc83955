import { userInfo } from 'node:os';

/** Whoever works on this machine; '' where the system has no name for them, as in some containers. */
export function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
