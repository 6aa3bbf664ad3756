import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const GRACE_MS = 3_000;

/**
 * Runs a command and resolves with its exit code. The command gets a process group of its own, so that a
 * signal sent to this process ends it together with everything it started; this process then exits as well.
 */
export function runChild(command, args, options = {}) {
  let interruptedBy;
  const handlers = FORWARDED.map((signal) => [signal, () => interrupt(signal)]);
  // Before the start: a signal that came in between would end this process alone.
  for (const [signal, handler] of handlers) process.on(signal, handler);
  const child = spawn(command, args, { ...options, detached: true });
  options.onStart?.(child);

  function interrupt(signal) {
    if (interruptedBy !== undefined) return;
    interruptedBy = signal;
    signalGroup(child.pid, signal);
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), GRACE_MS).unref();
  }

  return new Promise((resolve, reject) => {
    const stopListening = () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
    child.once('error', (error) => {
      stopListening();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopListening();
      if (interruptedBy !== undefined) {
        signalGroup(child.pid, 'SIGKILL');
        process.exit(128 + constants.signals[interruptedBy]);
      }
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
