import { byteLength } from '../format';

// What is checked before a deployment is sent. The appliance checks again.

const KEY = /^(ssh-(ed25519|rsa|dss)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)\s+[A-Za-z0-9+/]{16,}={0,3}(\s.*)?$/;

export function keyLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The number of the first line that is no key, from 1; 0 when all are. */
export function badKeyLine(text: string): number {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.findIndex((line) => line !== '' && !line.startsWith('#') && !KEY.test(line)) + 1;
}

export function validHostname(name: string): boolean {
  return name === '' || /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(name);
}

export const USER_DATA_LIMIT = 2 * 1024 * 1024;

export function userDataTooBig(text: string): boolean {
  return byteLength(text) > USER_DATA_LIMIT;
}

/** cloud-init knows what user data is by how it begins. */
export function userDataRecognised(text: string): boolean {
  return (
    text.trim() === '' ||
    /^(#cloud-config|#!|#include|#cloud-boothook|#cloud-config-archive|#part-handler|## template: jinja|Content-Type:|MIME-Version:)/i.test(
      text,
    )
  );
}
