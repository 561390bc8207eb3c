import { ApiError, invalidBody, noPermission, notFound } from './api-error.ts';
import { type ApiRequest, type ApiRoute, created, done, ok } from './api-route.ts';
import { addCommand, changeCommand, listCommands, requireCommand } from './command-registry.ts';
import { executeCommand } from './commands.ts';
import { newMattermostId } from './new-id.ts';
import { isMember, requireChannel, requireMembership } from './permissions.ts';
import { isRecord } from './post-rules.ts';
import { readMultipart } from './read-multipart.ts';
import { viewCommand, viewFile } from './views.ts';
import type { Command, FileInfo } from './world.ts';

const SERVER_VERSION = '5.37.0';

const commandOf = ({ world, user, params }: ApiRequest): Command => requireCommand(world, user, params.id ?? '');

function fieldsOf({ body }: ApiRequest): Record<string, unknown> {
  if (!isRecord(body)) throw invalidBody('command');
  return body;
}

async function execute(request: ApiRequest) {
  const fields = fieldsOf(request);
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const use = { channelId: text('channel_id'), rootId: text('root_id'), line: text('command'), extra: 0 };
  return ok(await executeCommand(request.world, request.user, use));
}

/** Multipart: `channel_id` and any number of `files`. They belong to no post until one names them. */
function uploadFiles({ world, user, raw, contentType }: ApiRequest) {
  const parts = readMultipart(contentType, raw);
  if (parts === undefined)
    throw new ApiError(400, 'api.file.upload_file.read_form_value.app_error', 'Error reading the form.');
  const channelId = parts.find((part) => part.name === 'channel_id')?.content.toString() ?? '';
  const uploads = parts.filter((part) => part.filename !== undefined && part.filename !== '');
  if (channelId === '' || uploads.length === 0) throw invalidBody('channel_id');
  if (!isMember(requireChannel(world, channelId), user)) throw noPermission();
  const infos = uploads.map((part): FileInfo => {
    const { filename: name = '', content } = part;
    const id = newMattermostId();
    return { id, userId: user.id, channelId, name, content, createAt: world.clock.now(), postId: '' };
  });
  for (const info of infos) world.files.set(info.id, info);
  const clientIds = parts.filter((part) => part.name === 'client_ids').map((part) => part.content.toString());
  return created({ file_infos: infos.map(viewFile), client_ids: clientIds });
}

function downloadFile({ world, user, params }: ApiRequest) {
  const file = world.files.get(params.id ?? '');
  if (file === undefined) throw notFound('app.file_info.get.app_error', 'file');
  if (file.userId !== user.id) requireMembership(requireChannel(world, file.channelId), user);
  return { status: 200, bytes: file.content };
}

export const systemRoutes: readonly ApiRoute[] = [
  { method: 'GET', path: '/system/ping', isOpen: true, handle: () => ok({ status: 'OK', AndroidLatestVersion: '' }) },
  {
    method: 'GET',
    path: '/config/client',
    isOpen: true,
    handle: ({ world }) =>
      ok({
        Version: SERVER_VERSION,
        BuildNumber: SERVER_VERSION,
        BuildEnterpriseReady: 'false',
        SiteURL: world.siteUrl,
        SiteName: 'Mattermost',
        EnableCommands: 'true',
        EnableBotAccountCreation: 'true',
        EnableUserAccessTokens: 'true',
        PostEditTimeLimit: String(world.editTimeLimitMs === undefined ? -1 : Math.floor(world.editTimeLimitMs / 1000)),
        MaxFileSize: '52428800',
      }),
  },
  { method: 'GET', path: '/license/client', isOpen: true, handle: () => ok({ IsLicensed: 'false' }) },
  {
    method: 'GET',
    path: '/commands',
    handle: ({ world, user, query }) => {
      const use = { team: query.get('team_id') ?? '', customOnly: query.get('custom_only') === 'true' };
      return ok(listCommands(world, user, use).map(viewCommand));
    },
  },
  {
    method: 'POST',
    path: '/commands',
    handle: (request) => created(viewCommand(addCommand(request.world, request.user, fieldsOf(request)))),
  },
  { method: 'POST', path: '/commands/execute', handle: execute },
  { method: 'GET', path: '/commands/:id', handle: (request) => ok(viewCommand(commandOf(request))) },
  {
    method: 'PUT',
    path: '/commands/:id',
    handle: (request) => {
      const command = commandOf(request);
      changeCommand(request.world, command, fieldsOf(request));
      return ok(viewCommand(command));
    },
  },
  {
    method: 'PUT',
    path: '/commands/:id/regen_token',
    handle: (request) => {
      const command = commandOf(request);
      command.token = newMattermostId();
      return ok({ token: command.token });
    },
  },
  {
    method: 'DELETE',
    path: '/commands/:id',
    handle: (request) => {
      request.world.commands.delete(commandOf(request).id);
      return done();
    },
  },
  { method: 'POST', path: '/files', handle: uploadFiles },
  { method: 'GET', path: '/files/:id', handle: downloadFile },
];
