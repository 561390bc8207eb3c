import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the server and the agent of a test need to trust each other. */
export interface Certificates {
  readonly ca: string;
  readonly serverKey: string;
  readonly serverCertificate: string;
  /** Signs another agent, whose files go where Puppet looks for them. */
  issueAgent(ssldir: string, agentName: string): void;
}

/** Makes an authority and signs a server, `localhost`, and an agent. */
export function makeCertificates(dir: string, ssldir: string, agentName: string): Certificates {
  mkdirSync(join(ssldir, 'certs'), { recursive: true });
  const caKey = join(dir, 'ca.key');
  const ca = join(ssldir, 'certs', 'ca.pem');
  const openssl = (args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const extensions = [
    '-addext',
    'basicConstraints=critical,CA:true',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  const newKey = (path: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', path];
  openssl(['req', '-x509', ...newKey(caKey), '-out', ca, '-subj', '/CN=Test CA', '-days', '2', ...extensions]);
  const issue = (name: string, keyPath: string, certificatePath: string): void => {
    const request = join(dir, `${name}.csr`);
    const names = join(dir, `${name}.ext`);
    writeFileSync(names, `subjectAltName=DNS:${name}\n`);
    openssl(['req', ...newKey(keyPath), '-out', request, '-subj', `/CN=${name}`]);
    const signer = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', names];
    openssl(['x509', '-req', '-in', request, ...signer, '-out', certificatePath]);
  };
  const [serverKey, serverCertificate] = [join(dir, 'server.key'), join(dir, 'server.pem')];
  issue('localhost', serverKey, serverCertificate);
  const issueAgent: Certificates['issueAgent'] = (to, name) => {
    for (const folder of ['certs', 'private_keys']) mkdirSync(join(to, folder), { recursive: true });
    if (to !== ssldir) copyFileSync(ca, join(to, 'certs', 'ca.pem'));
    issue(name, join(to, 'private_keys', `${name}.pem`), join(to, 'certs', `${name}.pem`));
  };
  issueAgent(ssldir, agentName);
  return { ca, serverKey, serverCertificate, issueAgent };
}
