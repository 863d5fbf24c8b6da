import { Button, LoginForm, LoginPage } from '@patternfly/react-core';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ApiError } from './api/client';
import { LOGO } from './route';
import { changeSession } from './session';
import { texts } from './texts';

export function SignIn() {
  const queries = useQueryClient();
  const ways = useQuery({ queryKey: ['ways'], queryFn: api.signInWays });
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  const signIn = async (event: React.MouseEvent) => {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      changeSession(queries, await api.signIn(username.trim(), password));
    } catch (failure) {
      const wrong = failure instanceof ApiError && [400, 401, 403].includes(failure.status);
      setError(wrong ? texts.signIn.wrong : (failure as Error).message);
      setPassword('');
      setBusy(false);
    }
  };

  return (
    <>
      <h1 className="pf-v6-screen-reader">{texts.product}</h1>
      <LoginPage
        className="rs-sign-in"
        brandImgSrc={LOGO}
        brandImgAlt={texts.product}
        textContent={texts.signIn.about}
        loginTitle={texts.signIn.title}
        loginSubtitle={texts.signIn.subtitle}
      >
        <LoginForm
          showHelperText={error !== ''}
          helperText={error}
          helperTextIcon={<ExclamationCircleIcon />}
          usernameLabel={texts.signIn.username}
          usernameValue={username}
          onChangeUsername={(_event, value) => setUsername(value)}
          isValidUsername={error === ''}
          passwordLabel={texts.signIn.password}
          passwordValue={password}
          onChangePassword={(_event, value) => setPassword(value)}
          isValidPassword={error === ''}
          isShowPasswordEnabled
          showPasswordAriaLabel={texts.signIn.showPassword}
          hidePasswordAriaLabel={texts.signIn.hidePassword}
          loginButtonLabel={texts.signIn.button}
          isLoginButtonDisabled={busy || username.trim() === '' || password === ''}
          onLoginButtonClick={(event) => void signIn(event)}
        />
        {ways.data?.provider != null && (
          <Button
            component="a"
            className="rs-sign-in-with"
            href="/api/session/oidc"
            variant="secondary"
            isBlock
          >
            {texts.signIn.with(ways.data.provider)}
          </Button>
        )}
      </LoginPage>
    </>
  );
}
