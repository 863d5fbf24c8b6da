// A headless Chromium, driven over its debugging pipe: no library needed.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Browser {
  /** What went wrong in the page: errors thrown, and what its policy refused. */
  complaints = [];
  #waiting = new Map();
  #count = 0;
  #rest = '';

  static async open(url, { width = 1400, height = 900, dark = false } = {}) {
    const browser = new Browser();
    browser.profile = mkdtempSync(join(tmpdir(), 'rackstead-look-'));
    const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run',
      '--remote-debugging-pipe', `--user-data-dir=${browser.profile}`, 'about:blank'];
    browser.process = spawn(process.env.CHROMIUM ?? 'chromium', flags, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    browser.process.stdio[4].on('data', (data) => browser.#read(data));
    const { targetId } = await browser.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await browser.call('Target.attachToTarget', { targetId, flatten: true });
    browser.session = sessionId;
    await browser.call('Runtime.enable');
    await browser.call('Log.enable');
    await browser.call('Page.enable');
    await browser.size(width, height);
    await browser.dark(dark);
    await browser.call('Page.navigate', { url });
    return browser;
  }

  size(width, height) {
    return this.call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  }

  dark(on) {
    const features = [{ name: 'prefers-color-scheme', value: on ? 'dark' : 'light' }];
    return this.call('Emulation.setEmulatedMedia', { features });
  }

  call(method, params = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#count;
      this.#waiting.set(id, { resolve, reject });
      const message = { id, method, params, ...(this.session ? { sessionId: this.session } : {}) };
      this.process.stdio[3].write(`${JSON.stringify(message)}\0`);
    });
  }

  /** The value of an expression in the page. */
  async ask(expression) {
    const answer = await this.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) {
      throw new Error(`${expression}: ${answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text}`);
    }
    return answer.result.value;
  }

  /** Waits until the expression is true, but not for ever. */
  async until(what, expression, seconds = 20) {
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) {
      if (await this.ask(`Boolean(${expression})`)) {
        return;
      }
    }
    throw new Error(`waited in vain for ${what}: ${expression}`);
  }

  /** Puts text where the focus is, as a keyboard would. */
  type(text) {
    return this.call('Input.insertText', { text });
  }

  async press(key, code = key) {
    const windowsVirtualKeyCode = { Enter: 13, Tab: 9, Escape: 27, ArrowDown: 40, ' ': 32 }[key];
    const text = key === 'Enter' ? '\r' : key === ' ' ? ' ' : undefined;
    await this.call('Input.dispatchKeyEvent', { type: 'keyDown', key, code, windowsVirtualKeyCode, text });
    await this.call('Input.dispatchKeyEvent', { type: 'keyUp', key, code, windowsVirtualKeyCode });
  }

  /** Presses the visible button, menu item or tab that begins with this text. */
  click(text) {
    const find = `[...document.querySelectorAll('button, [role=menuitem], [role=tab], a')]
      .filter((e) => e.textContent.trim().startsWith(${JSON.stringify(text)}) && e.offsetParent !== null).pop()`;
    return this.until(`a button "${text}"`, find).then(() => this.ask(`${find}.click()`));
  }

  async shoot(file) {
    const { data } = await this.call('Page.captureScreenshot', { format: 'png' });
    writeFileSync(file, Buffer.from(data, 'base64'));
  }

  async close() {
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill();
    await gone;
    // its helpers write for a moment longer
    await rm(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  #read(data) {
    const messages = (this.#rest + data).split('\0');
    this.#rest = messages.pop();
    for (const message of messages.map((text) => JSON.parse(text))) {
      const waiting = this.#waiting.get(message.id);
      if (waiting) {
        this.#waiting.delete(message.id);
        message.error ? waiting.reject(new Error(message.error.message)) : waiting.resolve(message.result);
      } else if (message.method === 'Runtime.exceptionThrown') {
        this.complaints.push(message.params.exceptionDetails.exception?.description ?? 'an error');
      } else if (message.method === 'Log.entryAdded') {
        const { level, source, text } = message.params.entry;
        // a refused request is an answer the page deals with; what the policy refused is not
        if (level === 'error' && source !== 'network') {
          this.complaints.push(text);
        }
      }
    }
  }
}
