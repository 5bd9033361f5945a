"""The list of jobs and the progress of one."""

from django.test import Client

from aid_admin.jobs.models import Job
from aid_admin.jobs.rules import JobState


def job(by, **more) -> Job:
    return Job.objects.create(
        kind="intake.read", subject_type="upload", subject_id="1", params_digest=str(Job.objects.count()), by=by, **more
    )


def test_jobs_anonymous(db):
    assert Client().get("/jobs/").status_code == 302


def test_jobs_school_sees_its_own(staff, log_in, schools):
    mine = staff("school_clerk", schools[0])
    job(mine, school_code=schools[0].code, message="我校的任务")
    other = job(staff("school_clerk", schools[1]), school_code=schools[1].code, message="别校的任务")
    client = log_in(mine)
    text = client.get("/jobs/").content.decode()
    assert "我校的任务" in text
    assert "别校的任务" not in text
    assert client.get(f"/jobs/{other.pk}/").status_code == 404
    assert client.get(f"/jobs/{other.pk}/progress/").status_code == 404


def test_jobs_system_admin_sees_all(staff, log_in, schools):
    job(staff("school_clerk", schools[0]), school_code=schools[0].code, message="学校的任务")
    assert "学校的任务" in log_in(staff("system_admin")).get("/jobs/").content.decode()


def test_jobs_filter_by_state_and_nonsense(staff, log_in):
    user = staff("registry_officer")
    job(user, state=JobState.FAILED, message="失败的")
    job(user, message="排队的")
    client = log_in(user)
    failed = client.get("/jobs/?state=FAILED").content.decode()
    assert "失败的" in failed
    assert "排队的" not in failed
    assert client.get("/jobs/?state=NONSENSE&page=abc").status_code == 200


def test_progress_goes_on_asking_until_it_ends(staff, log_in):
    user = staff("registry_officer")
    running = job(user, state=JobState.RUNNING, done=30, total=60, message="已读 30 行")
    client = log_in(user)
    answer = client.get(f"/jobs/{running.pk}/progress/")
    assert answer.status_code == 200
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    assert 'value="50"' in answer.content.decode()
    Job.objects.filter(pk=running.pk).update(state=JobState.DONE, message="读完 60 行")
    answer = client.get(f"/jobs/{running.pk}/progress/")
    assert answer.status_code == 286
    assert "hx-get" not in answer.content.decode()
    assert "读完 60 行" in answer.content.decode()


def test_jobs_queries(staff, log_in, django_assert_max_num_queries):
    user = staff("registry_officer")
    for _ in range(60):
        job(user, state=JobState.DONE)
    client = log_in(user)
    with django_assert_max_num_queries(12):
        text = client.get("/jobs/").content.decode()
    assert "共 60 个，第 1 / 2 页" in text
